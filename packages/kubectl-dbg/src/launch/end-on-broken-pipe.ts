import { SIGPIPE_EXIT } from '../errors.ts';

/** Ends the program when nobody reads a stream any longer, as SIGPIPE would. */
export function endOnBrokenPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(SIGPIPE_EXIT);
  });
}

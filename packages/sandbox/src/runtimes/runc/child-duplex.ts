import type { ChildProcess } from 'node:child_process';
import { Duplex, type Readable, type Writable } from 'node:stream';

/**
 * A child's stdin and stdout as one stream. If the child stops reading, further input is dropped, but its output is
 * complete. The end of its output ends the stream. Destroying the stream kills the child.
 */
export function childDuplex(child: ChildProcess & { stdin: Writable; stdout: Readable }): Duplex {
  const { stdin, stdout } = child;
  const duplex = new Duplex({
    read() {
      stdout.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      if (stdin.writable) stdin.write(chunk, () => done());
      else done();
    },
    final(done) {
      stdin.end();
      done();
    },
    destroy(error, done) {
      child.kill();
      // A grandchild may still hold the other ends of the pipes; they must not keep this process alive.
      stdin.destroy();
      stdout.destroy();
      done(error);
    },
  });
  stdin.on('error', () => {
    // The child has stopped reading: see above.
  });
  stdout.on('data', (chunk: Buffer) => {
    if (!duplex.push(chunk)) stdout.pause();
  });
  stdout.on('end', () => duplex.push(null));
  duplex.once('end', () => duplex.destroy());
  child.on('error', (error) => duplex.destroy(error));
  return duplex;
}

import type { ChildProcess } from 'node:child_process';
import { Duplex, type Readable, type Writable } from 'node:stream';

/**
 * A child's stdin and stdout as one stream. The child may stop reading before all it has written is read: what is
 * still written to it then is dropped, and its output comes whole. With the end of the output the stream is over.
 * Destroying the stream kills the child.
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
      // A process of the child's own may hold the other ends; they must not keep this one alive.
      stdin.destroy();
      stdout.destroy();
      done(error);
    },
  });
  stdin.on('error', () => {
    // The child reads no more: see above.
  });
  stdout.on('data', (chunk: Buffer) => {
    if (!duplex.push(chunk)) stdout.pause();
  });
  stdout.on('end', () => duplex.push(null));
  duplex.once('end', () => duplex.destroy());
  child.on('error', (error) => duplex.destroy(error));
  return duplex;
}

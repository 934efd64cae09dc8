import { text } from 'node:stream/consumers';
import { bytes, type Program } from './program.ts';

/** `wget [-q] [-O -] URL`, only to the pod's own addresses: there is no other network. */
export const wget: Program = async (args, io, shell) => {
  const fail = async (message: string): Promise<number> => {
    await io.stderr.write(bytes(`wget: ${message}\n`));
    return 1;
  };
  const address = args.find((word, index) => !word.startsWith('-') && args[index - 1] !== '-O') ?? '';
  const [, host = '', port = '80', path = '/'] =
    /^(?:http:\/\/)?([\w.-]+)(?::(\d+))?(\/.*)?$/.exec(address) ?? [];
  if (host === '') return fail(`not an http url: ${address}`);
  const { connect } = shell.machine;
  if (connect === undefined || !['localhost', '127.0.0.1', shell.machine.hostname].includes(host)) {
    return fail(`bad address '${host}'`);
  }
  let answer: string;
  try {
    const connection = await connect(Number(port));
    connection.end(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    answer = Buffer.from(await text(connection)).toString('latin1');
  } catch {
    return fail(`can't connect to remote host (${host}): Connection refused`);
  }
  const [, status = '', reason = ''] = /^HTTP\/1\.[01] (\d{3}) ?(.*?)\r?\n/.exec(answer) ?? [];
  if (status === '') return fail('error getting response');
  if (!status.startsWith('2')) return fail(`server returned error: HTTP/1.1 ${status} ${reason}`);
  await io.stdout.write(bytes(answer.slice(answer.indexOf('\r\n\r\n') + '\r\n\r\n'.length)));
  return 0;
};

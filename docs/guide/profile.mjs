const [target] = await (await fetch('http://127.0.0.1:9229/json/list')).json();
const socket = new WebSocket(target.webSocketDebuggerUrl);
const answers = new Map();
let id = 0;
const ask = (method) =>
  new Promise((resolve) => {
    answers.set((id += 1), resolve);
    socket.send(JSON.stringify({ id, method }));
  });
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  answers.get(message.id)?.(message.result);
};
await new Promise((resolve) => {
  socket.onopen = resolve;
});
await ask('Profiler.enable');
await ask('Profiler.start');
await new Promise((resolve) => {
  setTimeout(resolve, 2000);
});
const { profile } = await ask('Profiler.stop');
process.stdout.write(JSON.stringify(profile));
socket.close();

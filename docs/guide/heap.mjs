const [target] = await (await fetch('http://127.0.0.1:9229/json/list')).json();
const socket = new WebSocket(target.webSocketDebuggerUrl);
socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.takeHeapSnapshot' }));
socket.onmessage = ({ data }) => {
  const { id, params } = JSON.parse(data);
  if (params?.chunk !== undefined) process.stdout.write(params.chunk);
  if (id === 1) socket.close();
};

/** The one file of the service that demos debug: it says what it does on stdout and has no shell to look inside. */
export const HTTP_SERVICE = `'use strict';
const http = require('node:http');
const port = 8080;
let requests = 0;
const server = http.createServer((request, response) => {
  requests += 1;
  console.log(request.method + ' ' + request.url + ' (request ' + requests + ')');
  response.setHeader('content-type', 'text/plain');
  response.end('hello from ' + process.env.HOSTNAME + ', request ' + requests + '\\n');
});
server.listen(port, () => console.log('listening on port ' + port));
process.on('SIGTERM', () => process.exit(0));
`;

/** The source of the HTTP service that demos debug. It logs requests to stdout. */
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

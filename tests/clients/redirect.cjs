// Leads every TLS connection to the stack under test, because the clients' hosts are constants.
const tls = require("node:tls");

const port = Number(process.env.STACK_PORT);
const connect = tls.connect;
tls.connect = (options, ...rest) =>
  connect({ servername: options.host, ...options, host: "127.0.0.1", port }, ...rest);

// A mail server on a free port of 127.0.0.1 for the tests: prints its port, then each mail it takes as a line of JSON. Ends with its standard input.
// Recipients tell it what to do: gone@… is refused for good, full@… for now, the first time; relay@… and quota@… are refused because of who sends.
const { SMTPServer } = require(require('path').join(process.argv[2], 'node_modules', 'smtp-server'));

let full = true;
const server = new SMTPServer({
  authOptional: process.argv[3] === 'open',
  allowInsecureAuth: true,
  onAuth: ({ username, password }, session, done) => username === 'app' && password === 'secret'
    ? done(null, { user: username })
    : done(Object.assign(new Error('Wrong credentials'), { responseCode: 535 })),
  onRcptTo: ({ address }, session, done) => {
    if (address.startsWith('gone@')) return done(Object.assign(new Error('No such mailbox'), { responseCode: 550 }));
    if (address.startsWith('relay@')) return done(Object.assign(new Error('5.7.1 Relaying denied'), { responseCode: 550 }));
    if (address.startsWith('full@') && full) {
      full = false;
      return done(Object.assign(new Error('Try again later'), { responseCode: 451 }));
    }
    done();
  },
  onData: (stream, session, done) => {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
      const { envelope, secure, user } = session;
      if (envelope.rcptTo[0].address.startsWith('quota@')) return done(Object.assign(new Error('5.4.5 Daily sending limit exceeded'), { responseCode: 550 }));
      console.log(JSON.stringify({ from: envelope.mailFrom.address, to: envelope.rcptTo[0].address, secure, user, text: Buffer.concat(chunks).toString() }));
      done();
    });
  },
});
server.on('error', () => {});
server.listen(0, '127.0.0.1', function () { console.log(server.server.address().port); });
process.stdin.on('close', () => process.exit()).resume();

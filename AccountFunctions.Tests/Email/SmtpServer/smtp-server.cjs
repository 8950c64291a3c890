// A mail server on a free port of 127.0.0.1 for the tests. It prints its port, then each mail that it accepts as a line of JSON.
// A line of JSON on its standard input, {"stage":"mail|rcpt|data","code":550,"text":"…","once":true}, makes it refuse, and is acknowledged.
// It ends with its standard input.
const { SMTPServer } = require(require('path').join(process.argv[2], 'node_modules', 'smtp-server'));

let refusal = {};
const refuse = (stage) => {
  if (refusal.stage !== stage) return undefined;
  const error = Object.assign(new Error(refusal.text), { responseCode: refusal.code });
  if (refusal.once) refusal = {};
  return error;
};

const server = new SMTPServer({
  authOptional: process.argv[3] === 'open',
  allowInsecureAuth: true,
  hideSMTPUTF8: false,
  hideSTARTTLS: process.argv[3] === 'plain',
  hideENHANCEDSTATUSCODES: true,
  onAuth: ({ username, password }, session, done) => username === 'app' && password === 'secret'
    ? done(null, { user: username })
    : done(Object.assign(new Error('Wrong credentials'), { responseCode: 535 })),
  onMailFrom: (address, session, done) => done(refuse('mail')),
  onRcptTo: (address, session, done) => done(refuse('rcpt')),
  onData: (stream, session, done) => {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
      const refused = refuse('data');
      if (refused) return done(refused);
      const { envelope, secure, user, hostNameAppearsAs } = session;
      console.log(JSON.stringify({
        from: envelope.mailFrom.address, to: envelope.rcptTo[0].address, secure, user, helo: hostNameAppearsAs, utf8: envelope.smtpUtf8,
        text: Buffer.concat(chunks).toString(),
      }));
      done();
    });
  },
});
server.on('error', () => {});
server.listen(0, '127.0.0.1', function () { console.log(server.server.address().port); });
require('readline').createInterface({ input: process.stdin })
  .on('line', (line) => { refusal = JSON.parse(line); console.log('ok'); })
  .on('close', () => process.exit());

// An example: mails leave by a mail server.
using 'main.bicep'

param workload = 'accounts'
param environmentName = 'smtp'
param productName = 'Example'
param email = {
  kind: 'smtp'
  host: 'smtp.example.com'
  port: 587
  username: 'accounts'
  sender: 'accounts@example.com'
}
param signingKeySeed = readEnvironmentVariable('SIGNING_KEY_SEED', '')
param smtpPassword = readEnvironmentVariable('SMTP_PASSWORD', '')

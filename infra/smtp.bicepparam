// An example: a mail server sends the mails, and Front Door is the only way in.
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
param publicUrl = 'https://accounts.example.com'
param alertEmails = ['operators@example.com', 'on-call@example.com']
param corsOrigins = ['https://app.example.com']
param frontDoorId = '00000000-0000-0000-0000-000000000000'
param smtpPassword = readEnvironmentVariable('SMTP_PASSWORD', '')

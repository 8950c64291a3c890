// For azd (azure.yaml), which passes its environment: azd env set PRODUCT_NAME …. With SMTP_HOST a mail server sends the mails, otherwise
// Communication Services with a domain that Azure provides. For more, deploy with deploy.sh and a parameter file of your own.
using 'main.bicep'

param workload = 'accounts'
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
param productName = readEnvironmentVariable('PRODUCT_NAME', 'Example')
param email = empty(readEnvironmentVariable('SMTP_HOST', ''))
  ? { kind: 'managedDomain', dataLocation: readEnvironmentVariable('MAIL_DATA_LOCATION', 'Europe') }
  : {
      kind: 'smtp'
      host: readEnvironmentVariable('SMTP_HOST', '')
      port: int(readEnvironmentVariable('SMTP_PORT', '587'))
      username: readEnvironmentVariable('SMTP_USERNAME', '')
      sender: readEnvironmentVariable('SMTP_SENDER', '')
    }
param smtpPassword = readEnvironmentVariable('SMTP_PASSWORD', '')
param maximumInstances = 5
param storageSku = 'Standard_LRS'

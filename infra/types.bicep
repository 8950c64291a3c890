@export()
@description('Tags of every resource.')
type tags = { *: string }

@export()
@description('The service that sends the mails.')
@discriminator('kind')
type email = managedDomain | customDomain | smtp

@description('Communication Services with a domain that Azure provides: for trials, 10 mails an hour.')
type managedDomain = {
  kind: 'managedDomain'

  @description('Where mail data is kept; it cannot be changed later.')
  dataLocation: string
}

@description('Communication Services with your own domain.')
type customDomain = {
  kind: 'customDomain'
  dataLocation: string

  @description('The domain, for example mail.example.com.')
  domain: string

  @description('The part of the sender before the @.')
  senderUsername: string

  @description('False until the DNS records from the first deployment are published and verified.')
  verified: bool
}

@description('A mail server. Its password is the secret SmtpPassword of the vault.')
type smtp = {
  kind: 'smtp'
  host: string
  port: int
  username: string
  sender: string
}

@export()
@description('DNS records that prove a mail domain, by purpose.')
type domainRecords = { *: { name: string, type: string, value: string, ttl: int } }

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

@export()
@description('Backups of the tables, by tools/Operations in a container.')
type backup = {
  @description('Where the backups lie. Both must be others than those of the app, and the group must exist.')
  resourceGroup: string
  location: string

  @description('The image of tools/Operations, by its digest: registry.example.com/operations@sha256:…')
  image: string

  @description('The server of a private Azure Container Registry; the identity of the jobs needs the role AcrPull on it.')
  registry: string?

  @description('When a full backup begins, in cron format and UTC.')
  fullAt: string

  @description('Days in which nobody can change or delete a run. A day later it is deleted.')
  @minValue(1)
  @maxValue(365)
  immutableDays: int

  @description('True once somebody has locked the policy (docs/operations.md).')
  locked: bool
}

@export()
@description('What the resource group may cost in a month before somebody is told.')
type budget = {
  @description('In the currency of the subscription.')
  @minValue(1)
  amount: int

  @description('The first day of the month in which it begins, for example 2026-12-01. It cannot be changed later.')
  from: string
}

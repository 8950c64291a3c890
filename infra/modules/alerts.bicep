import { tags as tagsType } from '../types.bicep'

param name string
param location string
param tags tagsType
param workspaceName string
param functionAppName string
param dataStorageName string
param alertEmail string

// What each alert means and what to do about it: docs/operations.md. They query metrics and storage logs, which are never sampled.
// For a metric, the sum or the maximum counts; for log lines, their number.
var queries = [
  {
    name: 'poison'
    severity: 1
    text: 'A job was abandoned.'
    query: 'StorageQueueLogs | where OperationName == "PutMessage" and Uri contains "-poison/"'
    column: ''
    window: 'PT15M'
    threshold: 0
  }
  {
    name: 'mail-stuck'
    severity: 1
    text: 'Mail jobs arrived at least ten minutes ago, and none was completed in half an hour.'
    query: 'StorageQueueLogs | where Uri contains "/email-jobs/" | summarize came = countif(OperationName == "PutMessage" and TimeGenerated < ago(10m)), done = countif(OperationName == "DeleteMessage") | where came > 0 and done == 0'
    column: ''
    window: 'PT30M'
    threshold: 0
  }
  {
    name: 'mail-late'
    severity: 2
    text: 'Mails are sent more than 15 minutes after they were requested: the quota is too small, or the mail service is unavailable.'
    query: 'AppMetrics | where Name == "accounts.queue.lag" and tostring(Properties["messaging.destination.name"]) == "email-jobs" and Max > 900'
    column: ''
    window: 'PT15M'
    threshold: 0
  }
  {
    name: 'mail-misconfigured'
    severity: 0
    text: 'No mail can be sent: check credentials, sender and domain.'
    query: 'AppMetrics | where Name == "accounts.mail.outcomes" and tostring(Properties["accounts.mail.reason"]) == "the transport is misconfigured"'
    column: 'Sum'
    window: 'PT15M'
    threshold: 0
  }
  {
    name: 'mail-failures'
    severity: 2
    text: 'Many mails were not delivered.'
    query: 'AppMetrics | where Name == "accounts.mail.outcomes" and tostring(Properties["accounts.mail.outcome"]) in ("failed", "undelivered")'
    column: 'Sum'
    window: 'PT15M'
    threshold: 20
  }
  {
    name: 'mail-refused'
    severity: 2
    text: 'More than a tenth of the mails go to mailboxes that do not exist.'
    query: 'AppMetrics | where Name == "accounts.mail.outcomes" | extend outcome = tostring(Properties["accounts.mail.outcome"]), reason = tostring(Properties["accounts.mail.reason"]) | summarize refused = sumif(Sum, reason == "there is no such mailbox"), sent = sumif(Sum, outcome == "sent") | where refused > 20 and refused * 10 > refused + sent'
    column: ''
    window: 'PT1H'
    threshold: 0
  }
  {
    name: 'internal-faults'
    severity: 1
    text: 'Requests fail because of a fault in the app.'
    query: 'AppMetrics | where Name == "accounts.request.duration" and tostring(Properties["error.type"]) == "internal"'
    column: 'ItemCount'
    window: 'PT15M'
    threshold: 0
  }
  {
    name: 'refresh-token-reuse'
    severity: 2
    text: 'Used refresh tokens were sent again: they are stolen, or a client refreshes twice at once.'
    query: 'AppMetrics | where Name == "accounts.refresh_token.reuses"'
    column: 'Sum'
    window: 'PT15M'
    threshold: 5
  }
  {
    name: 'throttled-requests'
    severity: 3
    text: 'Many requests are refused with 429: an attack, or a limit that is too low.'
    query: 'AppMetrics | where Name == "accounts.throttle.refusals"'
    column: 'Sum'
    window: 'PT15M'
    threshold: 1000
  }
  {
    name: 'hashes-refused'
    severity: 2
    text: 'Sign-ins are refused with 503 because too many passwords are waiting to be hashed.'
    query: 'AppMetrics | where Name == "accounts.password_hash.refusals"'
    column: 'Sum'
    window: 'PT15M'
    threshold: 20
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: functionAppName
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataStorageName
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  #disable-next-line no-hardcoded-location // Action groups are global.
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'accounts'
    emailReceivers: empty(alertEmail)
      ? []
      : [{ name: 'operators', emailAddress: alertEmail, useCommonAlertSchema: true }]
  }
}

resource logAlert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in queries: {
    name: 'alert-${name}-${rule.name}'
    location: location
    tags: tags
    properties: {
      description: rule.text
      severity: rule.severity
      enabled: true
      scopes: [workspace.id]
      evaluationFrequency: 'PT15M'
      windowSize: rule.window
      autoMitigate: true

      // The tables do not exist before the first line is written to them.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: empty(rule.column) ? 'Count' : 'Total'
            metricMeasureColumn: empty(rule.column) ? null : rule.column
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]

resource serverErrors 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${name}-5xx'
  #disable-next-line no-hardcoded-location // Metric alerts are global.
  location: 'global'
  tags: tags
  properties: {
    description: 'The app answers with 5xx: storage is unavailable, or the hash gate is full.'
    severity: 1
    enabled: true
    scopes: [app.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: '5xx'
          metricName: 'Http5xx'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 10
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

resource throttledStorage 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${name}-storage-throttled'
  #disable-next-line no-hardcoded-location // Metric alerts are global.
  location: 'global'
  tags: tags
  properties: {
    description: 'The storage account refuses calls: it is near its limit of 20,000 a second, or a partition is near its 2,000.'
    severity: 1
    enabled: true
    scopes: [dataStorage.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'throttled'
          metricName: 'Transactions'
          dimensions: [
            {
              name: 'ResponseType'
              operator: 'Include'
              values: [
                'ServerBusyError'
                'ClientThrottlingError'
                'ClientAccountRequestThrottlingError'
                'ServerTimeoutError'
              ]
            }
          ]
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 10
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

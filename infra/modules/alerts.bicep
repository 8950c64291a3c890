import { tags as tagsType } from '../types.bicep'

param name string
param location string
param tags tagsType
param workspaceName string
param functionAppName string
param dataStorageName string
param alertEmail string

// What each alert means and what to do about it: docs/operations.md.
var queries = [
  {
    name: 'poison'
    severity: 1
    text: 'A job was given up.'
    query: 'StorageQueueLogs | where OperationName == "PutMessage" and Uri has "-poison/"'
    threshold: 0
  }
  {
    name: 'mail-misconfigured'
    severity: 0
    text: 'No mail leaves: credentials, sender or domain.'
    query: 'AppTraces | where SeverityLevel >= 4 and Message startswith "No mail leaves"'
    threshold: 0
  }
  {
    name: 'mail-failures'
    severity: 2
    text: 'Many mails are not delivered.'
    query: 'AppTraces | where Message startswith "The mail of operation"'
    threshold: 20
  }
  {
    name: 'refresh-token-reuse'
    severity: 2
    text: 'Used refresh tokens come again: stolen, or a client that refreshes twice at once.'
    query: 'AppTraces | where Message startswith "A used refresh token"'
    threshold: 5
  }
  {
    name: 'throttled-requests'
    severity: 3
    text: 'Many requests are refused with 429: an attack, or a limit that is too low.'
    query: 'AppTraces | where Message has "refused: 429"'
    threshold: 1000
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
      windowSize: 'PT15M'
      autoMitigate: true

      // The tables do not exist before the first line is written to them.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
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
    description: 'The app answers with 5xx: storage is away, or the hash gate is full.'
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
    description: 'The storage account refuses calls: it is near its 20,000 a second, or a partition near its 2,000.'
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

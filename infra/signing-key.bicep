metadata description = 'The key that signs access tokens. A template of its own, because a script makes the key, and so the key passes through no other template.'

param vault string

@description('PEM of a P-256 private key. Only the first deployment uses it; the secret is never overwritten.')
@secure()
param signingKeySeed string

resource keys 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vault
}

@onlyIfNotExists()
resource signingKey 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  parent: keys
  name: 'TokensSigningKey'
  properties: {
    value: signingKeySeed
    contentType: 'Tokens__SigningKey: PEM of a P-256 private key'
  }
}

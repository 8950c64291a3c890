#!/usr/bin/env bash
# Deploys the whole backend, again and again with the same outcome: infra/deploy.sh RESOURCE_GROUP LOCATION dev|prod [--dry-run]
# Needs az (signed in), the .NET SDK, openssl, zip and curl.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -lt 3 ]; then
  echo "usage: infra/deploy.sh RESOURCE_GROUP LOCATION dev|prod [--dry-run]" >&2
  exit 2
fi

group=$1 location=$2 parameters=infra/$3.bicepparam
dry=${4:-}
[ -f "$parameters" ] || { echo "$parameters does not exist" >&2; exit 2; }
[ -z "$dry" ] || [ "$dry" = --dry-run ] || { echo "$dry is no option" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Says what it does, and with --dry-run no more than that.
run() {
  printf '+ %s\n' "$*" >&2
  [ -n "$dry" ] || "$@"
}

output() {
  run az deployment group show --resource-group "$group" --name accounts --query "properties.outputs.$1.value" --output tsv
  [ -z "$dry" ] || echo "<$1>"
}

echo "1. Resources" >&2
if [ -n "$dry" ]; then operator='<you>'; else operator=$(az ad signed-in-user show --query id --output tsv); fi
run az group create --name "$group" --location "$location" --output none
run az deployment group what-if --resource-group "$group" --name accounts --parameters "$parameters" operatorObjectId="$operator"
run az deployment group create --resource-group "$group" --name accounts --parameters "$parameters" operatorObjectId="$operator" --output none
vault=$(output vaultName) app=$(output functionAppName) api=$(output apiUrl)

echo "2. The key that signs access tokens, if there is none" >&2
if [ -n "$dry" ] || ! az keyvault secret show --vault-name "$vault" --name TokensSigningKey --output none 2>/dev/null; then
  run openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/key.pem"
  # The right to write it takes a while to arrive.
  for wait in 15 30 60 120 0; do
    if run az keyvault secret set --vault-name "$vault" --name TokensSigningKey --file "$work/key.pem" --output none; then break; fi
    [ "$wait" -gt 0 ] || exit 1
    sleep "$wait"
  done
  run rm -f "$work/key.pem"
fi

echo "3. The app" >&2
run dotnet publish AccountFunctions --configuration Release -p:FunctionsRuntime=Azure --output "$work/app"
if [ -z "$dry" ]; then
  for file in host.json worker.config.json functions.metadata extensions.json .azurefunctions; do
    [ -e "$work/app/$file" ] || { echo "what is published lacks $file" >&2; exit 1; }
  done
  (cd "$work/app" && zip --quiet --recurse-paths "$work/app.zip" .)
fi
run az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$work/app.zip"

echo "4. Does it answer?" >&2
run curl --fail --silent --show-error --retry 20 --retry-delay 6 --retry-all-errors --output /dev/null "$api/health/ready"
run curl --fail --silent --show-error --output /dev/null "$api/.well-known/openid-configuration"
echo "The API is at $api" >&2

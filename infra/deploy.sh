#!/usr/bin/env bash
# Deploys the whole backend, again and again with the same outcome: infra/deploy.sh RESOURCE_GROUP LOCATION PARAMETERS [--dry-run]
# PARAMETERS is the name of a file infra/NAME.bicepparam. Needs az (signed in), the .NET SDK, openssl and zip.
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
# The parameter files read it from the environment, so that it stands on no command line. Where a signing key is there already, the template leaves that.
echo "+ SIGNING_KEY_SEED=\$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)" >&2
if [ -z "$dry" ]; then SIGNING_KEY_SEED=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256); fi
export SIGNING_KEY_SEED
run az group create --name "$group" --location "$location" --output none
run az deployment group what-if --resource-group "$group" --name accounts --parameters "$parameters"
run az deployment group create --resource-group "$group" --name accounts --parameters "$parameters" --output none
unset SIGNING_KEY_SEED
app=$(output functionAppName) api=$(output apiUrl)

echo "2. The app" >&2
run dotnet publish AccountFunctions --configuration Release -p:AzureCommunicationEmail=Package --output "$work/app"
run infra/package.sh "$work/app" "$work/app.zip"
run az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$work/app.zip"

echo "3. Is it well?" >&2
run dotnet run --project tools/Operations -- smoke --base-url "$api"
echo "The API is at $api" >&2

#!/usr/bin/env bash
# Makes the app read its secrets again: infra/refresh-secrets.sh RESOURCE_GROUP APP
# Azure caches the vault's secrets for up to a day, and a restart alone does not change that.
set -euo pipefail

group=$1 app=$2
id=$(az functionapp show --resource-group "$group" --name "$app" --query id --output tsv)
references="https://management.azure.com$id/config/configreferences/appsettings"

az rest --method post --url "$references/refresh?api-version=2024-11-01" --output none
for _ in $(seq 30); do
  open=$(az rest --method get --url "$references?api-version=2024-11-01" --query "value[?properties.status!='Resolved'].[name, properties.status, properties.details]" --output tsv)
  if [ -z "$open" ]; then
    az functionapp restart --resource-group "$group" --name "$app"
    echo "Every reference is resolved, and $app restarts." >&2
    exit
  fi
  sleep "${REFRESH_PAUSE:-10}"
done

# Rights on a new vault take some minutes to take effect.
echo "These settings do not get their secrets; check that the secrets exist and that the app may read them:" >&2
echo "$open" >&2
exit 1

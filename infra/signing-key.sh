#!/usr/bin/env bash
# Gives a vault its first signing key, and leaves an existing one alone: infra/signing-key.sh RESOURCE_GROUP VAULT
# deploy.sh and azd (azure.yaml) run it once the vault exists. It goes through Resource Manager, which reaches a vault in a private network.
set -euo pipefail
cd "$(dirname "$0")"

# The parameter file reads both from the environment: the key appears on no command line and in no file.
VAULT=$2
SIGNING_KEY_SEED=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)
export VAULT SIGNING_KEY_SEED
az deployment group create --resource-group "$1" --name accounts-signing-key --parameters signing-key.bicepparam --output none

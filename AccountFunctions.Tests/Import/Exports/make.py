"""Makes django.json and hashes.jsonl with the libraries of other systems, for ImportTests: python3 make.py

Debian: python3-django python3-bcrypt python3-argon2 python3-passlib apache2-utils
"""
import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile

PASSWORDS = ["blue tractor 77", "pässwörd ½ 77", "x" * 100]

# The models of the accounts app that this one replaces.
MODELS = """
from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    role = models.CharField(max_length=1, default="C")
    hobbies = models.CharField(max_length=255, null=True)
    job = models.CharField(max_length=100, null=True)
    bio = models.TextField(null=True)
    country_code = models.CharField(max_length=10, null=True)
    expiration_date = models.DateTimeField()


class VerificationCode(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    code = models.CharField(max_length=6)
    email = models.EmailField()
    expiration_date = models.DateTimeField()
"""


def dump_django():
    folder = tempfile.mkdtemp()
    os.mkdir(f"{folder}/app_account")
    open(f"{folder}/app_account/__init__.py", "w").close()
    with open(f"{folder}/app_account/models.py", "w") as models:
        models.write(MODELS)
    sys.path.insert(0, folder)
    import django
    from django.conf import settings
    from django.core.management import call_command

    hashers = ["PBKDF2", "PBKDF2SHA1", "Argon2", "BCryptSHA256", "BCrypt"]
    settings.configure(
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "app_account"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        AUTH_USER_MODEL="app_account.User", DEFAULT_AUTO_FIELD="django.db.models.AutoField", USE_TZ=True,
        PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{name}PasswordHasher" for name in hashers])
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from django.contrib.auth.hashers import make_password
    from django.utils.dateparse import parse_datetime
    from app_account.models import User, VerificationCode

    times = {"date_joined": parse_datetime("2024-07-02T18:58:00.123456Z"), "expiration_date": parse_datetime("2099-08-01T00:00:00Z")}

    def add(name, password="blue tractor 77", hasher="pbkdf2_sha256", **more):
        return User.objects.create(username=name, password=make_password(password, hasher=hasher), **{**times, **more})

    add("ada@example.com", first_name="Ada", last_name="Lovelace", hobbies="chess", job="analyst", bio="Notes.", country_code="GB")
    add("Root@Example.com", role="A", is_superuser=True, is_staff=True)
    add("disabled@example.com", is_active=False)
    VerificationCode.objects.create(
        user=add("waiting@example.com"), code="123456", email="waiting@example.com", expiration_date=times["date_joined"])
    add("no name")
    add("expired@example.com", expiration_date=parse_datetime("2024-08-01T00:00:00Z"))
    User.objects.create(username="unusable@example.com", password=make_password(None), **times)
    for hasher in ["pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt"]:
        add(f"{hasher.replace('_', '.')}@example.com", hasher=hasher)
    with open("django.json", "w") as dump:
        call_command("dumpdata", "app_account", stdout=dump)
    return make_password


def hashes(make_password):
    import argon2
    import bcrypt
    from passlib import hash as passlib

    def django_scrypt(password, salt="saltsaltsaltsalt"):
        # Django 4 and later, which Debian does not have yet: hashlib's scrypt behind its own encoding.
        tag = hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**14, r=8, p=1, maxmem=2**26, dklen=64)
        return f"scrypt${2**14}${salt}$8$1${base64.b64encode(tag).decode()}"

    def htpasswd(password):
        return subprocess.run(["htpasswd", "-niBC", "5", "u"], input=password, capture_output=True, text=True).stdout.strip()[2:]

    makers = {
        "django pbkdf2_sha256": lambda password: make_password(password, hasher="pbkdf2_sha256"),
        "django pbkdf2_sha1": lambda password: make_password(password, hasher="pbkdf2_sha1"),
        "django argon2": lambda password: make_password(password, hasher="argon2"),
        "django bcrypt_sha256": lambda password: make_password(password, hasher="bcrypt_sha256"),
        "django bcrypt": lambda password: make_password(password, hasher="bcrypt"),
        "django scrypt": django_scrypt,
        "bcrypt 2a": lambda password: bcrypt.hashpw(password.encode(), bcrypt.gensalt(5, b"2a")).decode(),
        "bcrypt 2b": lambda password: bcrypt.hashpw(password.encode(), bcrypt.gensalt(6, b"2b")).decode(),
        "bcrypt 2y of htpasswd": htpasswd,
        "argon2id": argon2.PasswordHasher(2, 8192, 1).hash,
        "argon2i": argon2.PasswordHasher(2, 8192, 2, type=argon2.Type.I).hash,
        "argon2d": argon2.PasswordHasher(2, 8192, 1, type=argon2.Type.D).hash,
        "passlib scrypt": passlib.scrypt.using(rounds=12).hash,
        "passlib pbkdf2-sha1": passlib.pbkdf2_sha1.using(rounds=5000).hash,
        "passlib pbkdf2-sha256": passlib.pbkdf2_sha256.using(rounds=5000).hash,
        "passlib pbkdf2-sha512": passlib.pbkdf2_sha512.using(rounds=5000).hash,
    }
    with open("hashes.jsonl", "w") as lines:
        for name, make in makers.items():
            # Django's Argon2 takes 100 MiB, so one of them is enough.
            for password in PASSWORDS[:1] if name == "django argon2" else PASSWORDS:
                lines.write(json.dumps({"by": name, "password": password, "hash": make(password)}) + "\n")


hashes(dump_django())

# Uploads one file with paramiko: host port user password|- keyfile|- expected-fingerprint local remote
# paramiko compares the size by STAT after CLOSE and fails when the file is gone or shorter.
import base64
import hashlib
import sys

import paramiko

host, port, user, password, key_file, fingerprint, local, remote = sys.argv[1:9]
transport = paramiko.Transport((host, int(port)))
transport.start_client(timeout=20)
seen = base64.b64encode(hashlib.sha256(transport.get_remote_server_key().asbytes()).digest()).decode().rstrip("=")
if "SHA256:" + seen not in fingerprint.split(","):
    sys.exit("unexpected host key SHA256:" + seen)
if key_file != "-":
    transport.auth_publickey(user, paramiko.Ed25519Key.from_private_key_file(key_file))
else:
    transport.auth_password(user, password)
sftp = paramiko.SFTPClient.from_transport(transport)
sftp.put(local, remote, confirm=True)
sftp.close()
transport.close()

// A server certificate of the test CA in a folder that several mock vendors share: `authority.pem` holds its key and
// certificate, `ca.pem` is what clients trust. Whoever comes first makes them.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { randomBytes, webcrypto } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;
const LIFE = 30 * DAY;
const EARLIER = 300_000;

x509.cryptoProvider.set(webcrypto);

const serial = () => `5${randomBytes(15).toString('hex')}`;
const period = () => ({ notBefore: new Date(Date.now() - EARLIER), notAfter: new Date(Date.now() + LIFE) });
const pairOfKeys = () => webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);

async function keyText(key) {
  const raw = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(raw, 'PRIVATE KEY')}\n`;
}

function write(path, text) {
  const partial = `${path}.${randomBytes(8).toString('hex')}`;
  writeFileSync(partial, text, { mode: 0o600 });
  return partial;
}

async function makeAuthority(path) {
  const keys = await pairOfKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=Renkei mock test CA',
    ...period(),
    signingAlgorithm: KEY,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const partial = write(path, `${await keyText(keys.privateKey)}${certificate.toString('pem')}\n`);
  try {
    linkSync(partial, path); // never replaces what another process made in between
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(partial);
  }
}

async function authority(folder) {
  const path = join(folder, 'authority.pem');
  if (!existsSync(path)) await makeAuthority(path);
  const blocks = x509.PemConverter.decodeWithHeaders(readFileSync(path, 'utf8'));
  const of = (type) => blocks.find((block) => block.type === type).rawData;
  return {
    certificate: new x509.X509Certificate(of('CERTIFICATE')),
    key: await webcrypto.subtle.importKey('pkcs8', of('PRIVATE KEY'), KEY, false, ['sign']),
  };
}

function names(host) {
  const known = [{ type: 'dns', value: 'localhost' }, { type: 'ip', value: '127.0.0.1' }];
  if (known.some((name) => name.value === host)) return known;
  return [...known, { type: isIP(host) ? 'ip' : 'dns', value: host }];
}

/** A key and a certificate for this host, and the file of the CA. */
export async function issue(folder, host) {
  mkdirSync(folder, { recursive: true });
  const { certificate: issuer, key: signingKey } = await authority(folder);
  const keys = await pairOfKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: 'CN=Renkei mock delta',
    issuer: issuer.subject,
    ...period(),
    signingAlgorithm: KEY,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.SubjectAlternativeNameExtension(names(host)),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  const caFile = join(folder, 'ca.pem');
  renameSync(write(caFile, `${issuer.toString('pem')}\n`), caFile);
  return { key: await keyText(keys.privateKey), cert: `${certificate.toString('pem')}\n`, caFile };
}

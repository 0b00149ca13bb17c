/**
 * Asking a system of record over HTTP so that no argument of an agent leads it astray: the host is fixed or listed,
 * redirects are not followed, and an address inside of the own network is refused at the moment of connecting.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { type Json, parseStrict } from '@belay/protocol';
import { type Asker, bytesMax, fillHoles, type HttpSource, LookupFailed, NoRecord } from './lookups.ts';

const inside = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inside.addSubnet(network, bits, 'ipv6');

/** Loopback, private, link-local, shared, multicast, or an IPv6 form that hides an IPv4 address. */
export const isPrivate = (address: string): boolean =>
  isIP(address) === 0 || inside.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

class PrivateAddress extends Error {}

/** Resolves a name and refuses it when any of its addresses is inside: a name cannot change its mind in between. */
const outsideOnly: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined) callback(error ?? new Error('no address'), '', 0);
    else if (addresses.some(({ address }) => isPrivate(address))) callback(new PrivateAddress(hostname), '', 0);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

const urlOf = (source: HttpSource, text: string): URL => {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (source.hosts !== undefined && !source.hosts.includes(host))
    throw new LookupFailed(`${source.name} was not asked: ${host} is not one of its hosts.`);
  if (!source.private && isIP(host) !== 0 && isPrivate(host)) throw new PrivateAddress(host);
  return url;
};

type Response = { status: number; text: string };

const get = (source: HttpSource, url: URL): Promise<Response> =>
  new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(source.timeoutMs);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = { accept: 'application/json', ...source.headers };
    const request = send(url, { headers, signal, ...(source.private ? {} : { lookup: outsideOnly }) }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('error', (error) => reject(signal.aborted ? timedOut(source) : error));
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > bytesMax) response.destroy(new LookupFailed(`${source.name} answered more than ${bytesMax} bytes.`));
        else parts.push(part);
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
      );
    });
    request.on('error', (error) => reject(signal.aborted ? timedOut(source) : error));
    request.end();
  });

const timedOut = ({ name, timeoutMs }: HttpSource): LookupFailed =>
  new LookupFailed(`${name} did not answer within ${timeoutMs} ms.`);

/** A dot segment would leave the path of the source: the agent does not choose the record that way. */
const dots = /^\.{1,2}$/;

export const askHttp: Asker<HttpSource> = async (source, given) => {
  const { name } = source;
  let dotted = false;
  const filled = fillHoles(source.url, given, (value) => {
    dotted ||= dots.test(value);
    return encodeURIComponent(value);
  });
  if (filled === null || dotted)
    throw new LookupFailed(`${name} could not be asked: the arguments lack what its address needs.`);
  try {
    const { status, text } = await get(source, urlOf(source, filled));
    if (status === 404) throw new NoRecord(`${name} has no record of this.`);
    if (status >= 300 && status < 400)
      throw new LookupFailed(`${name} answered ${status}: redirects are not followed.`);
    if (status < 200 || status > 299) throw new LookupFailed(`${name} answered ${status}.`);
    return parseStrict(text) as Json;
  } catch (error) {
    if (error instanceof PrivateAddress)
      throw new LookupFailed(
        `${name} was not asked: ${error.message} is inside of the own network. Write private: allow.`,
      );
    throw error;
  }
};

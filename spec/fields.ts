import { z } from 'zod';
import { CONTRAST } from './contrast.ts';
import { MATCH } from './match.ts';
import { LIMITS } from './limits.ts';

/**
 * Texts of the schema. `patternErrorMessage` and the message of a refinement are noun phrases, because problems read
 * "expected <phrase>, found <value>".
 */

const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
/** No control characters, so that a value can stand in a path, an environment or a terminal. */
const ONE_LINE = /^\P{Cc}+$/u;
const URL_SCHEME = /^[a-z][a-z0-9+.-]+:/i;
const LINES = /^[\P{Cc}\n\t]*$/u;

const LABEL_PHRASE = `a name of at most ${LIMITS.nameLength} lower-case letters, digits and inner hyphens`;
const SCRIPT = /^\P{Cc}+\.ts$/u;
const SCRIPT_PHRASE = 'a TypeScript file beside or below the spec file like ./last-result.ts';
/** Neither credentials nor endpoint: those belong to the environment. */
export const S3_URL =
  /^s3:\/\/[a-z0-9][a-z0-9-]{1,61}[a-z0-9](\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\/?$/;
const STORE_PHRASE =
  'a URL like file:///data/store or s3://bucket/prefix, or a folder beside or below the spec file like ./store';

/** A name that can stand in a path, a DNS label and a JSON object (where `constructor` is taken). */
export function label(): z.ZodString {
  return text(LIMITS.nameLength, LABEL, LABEL_PHRASE).refine(
    (name) => name !== 'constructor',
    'a name other than "constructor"',
  );
}

export function line(length: number = LIMITS.textFieldLength): z.ZodString {
  return text(length, ONE_LINE, `one line of at most ${length} characters`);
}

export function lines(): z.ZodString {
  return text(
    LIMITS.textFieldLength,
    LINES,
    `text of at most ${LIMITS.textFieldLength} characters`,
  );
}

const RESOURCE = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/** Name of an object of Kubernetes. */
export function resourceName(): z.ZodString {
  return text(
    253,
    RESOURCE,
    'a name as Kubernetes takes them: lower-case letters, digits, - and .',
  );
}

const QUANTITY = /^([1-9][0-9]*)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** An amount as Kubernetes writes it. */
export function quantity(): z.ZodString {
  return text(20, QUANTITY, 'an amount like 4, 500m or 16Gi');
}

const DOMAIN = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
export const DOMAIN_PHRASE = `a name of at most ${LIMITS.nameLength} letters, digits, _ and -`;

/** Of a domain that users name: it can stand in the name of a file. */
export function isDomainName(name: string): boolean {
  return name.length <= LIMITS.nameLength && DOMAIN.test(name) && name !== 'constructor';
}

export function domainName(): z.ZodString {
  return text(LIMITS.nameLength, DOMAIN, DOMAIN_PHRASE).refine(isDomainName, DOMAIN_PHRASE);
}

/** A folder, relative to the spec file unless absolute. */
export function folder(): z.ZodString {
  return text(LIMITS.pathLength, ONE_LINE, 'a folder').refine(
    (path) => !URL_SCHEME.test(path),
    'a folder, not a URL',
  );
}

/** A TypeScript file in the spec file's folder or below it. */
export function script(): z.ZodString {
  return text(LIMITS.pathLength, SCRIPT, SCRIPT_PHRASE).refine(isInside, SCRIPT_PHRASE);
}

export function matchedCondition(): z.ZodString {
  return text(LIMITS.nameLength + 7, MATCH, 'match(condition), like match(strip)');
}

export function blockKey(): z.ZodString {
  return text(64, /^[0-9a-f]{64}$/, "a block's key: 64 hexadecimal digits");
}

export function weightsDigest(): z.ZodString {
  return text(
    64,
    /^[0-9a-f]{64}$/,
    'a SHA-256 digest, 64 hexadecimal digits: `ratchet weights digest SOURCE` tells it',
  );
}

/** A model of a hub at one commit: a branch may hold other weights tomorrow. */
const HUB_URL = /^hf:\/\/[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._-]*@[0-9a-f]{40}$/;
const WEIGHTS_PHRASE =
  'a URL like hf://organisation/name@<commit, 40 hexadecimal digits>, s3://bucket/prefix or file:///data/weights';

/** `hf://organisation/name@commit`, `file:///absolute/path` or `s3://bucket/prefix`. */
export function weightsLocation(): z.ZodString {
  return text(LIMITS.pathLength, ONE_LINE, WEIGHTS_PHRASE).refine(
    (location) =>
      HUB_URL.test(location) || (URL_SCHEME.test(location) && isStoreLocation(location)),
    WEIGHTS_PHRASE,
  );
}

export function contrast(): z.ZodString {
  return text(2 * LIMITS.nameLength + 3, CONTRAST, 'two conditions like "keep - strip"');
}

/** `file:///absolute/path`, `s3://bucket/prefix`, or a relative folder that does not leave the spec file's. */
export function storeLocation(): z.ZodString {
  return text(LIMITS.pathLength, ONE_LINE, STORE_PHRASE).refine(isStoreLocation, STORE_PHRASE);
}

function isStoreLocation(location: string): boolean {
  if (location.startsWith('file:')) return isFileUrl(location);
  if (location.startsWith('s3:')) return S3_URL.test(location);
  return isInside(location);
}

/** Relative, and never up. */
function isInside(path: string): boolean {
  if (URL_SCHEME.test(path) || /^[\\/~]/.test(path)) return false;
  return !path.split(/[\\/]/).includes('..');
}

function isFileUrl(location: string): boolean {
  if (!/^file:\/\/\/[^?#]+$/.test(location) || /%2f/i.test(location)) return false;
  try {
    return ONE_LINE.test(decodeURIComponent(location));
  } catch {
    return false;
  }
}

/** Editors show `patternErrorMessage` where a pattern fails, and so do problems. */
function text(length: number, pattern: RegExp, phrase: string): z.ZodString {
  return z.string().max(length).regex(pattern).meta({ patternErrorMessage: phrase });
}

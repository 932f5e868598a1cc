import { z } from 'zod'
import { kibibyte, mebibyte, setting } from './setting.ts'

const tls = z.object({
  cert: setting(z.string().min(1).nullable().default(null), {
    title: 'Certificate',
    help: 'Path of the certificate chain, as PEM. With a key, the port speaks HTTPS only.',
    restart: true,
  }),
  key: setting(z.string().min(1).nullable().default(null), {
    title: 'Private key',
    help: 'Path of the private key that belongs to the certificate, as PEM.',
    restart: true,
  }),
})

const limits = z.object({
  bodyBytes: setting(
    z
      .int()
      .min(64 * kibibyte)
      .max(1024 * mebibyte)
      .default(32 * mebibyte),
    {
      title: 'Largest request body',
      help: 'Bytes. Larger requests are refused with 413.',
    },
  ),
  stringBytes: setting(
    z
      .int()
      .min(kibibyte)
      .max(1024 * mebibyte)
      .default(8 * mebibyte),
    {
      title: 'Longest text in a request',
      help: 'Bytes of any one string in a JSON body.',
    },
  ),
  nesting: setting(z.int().min(8).max(512).default(64), {
    title: 'Deepest nesting',
    help: 'Levels of objects and arrays in a JSON body.',
  }),
  connections: setting(z.int().min(8).max(65_536).default(1024), {
    title: 'Connections',
    help: 'Open at the same time. Further ones are closed at once.',
    restart: true,
  }),
  headerBytes: setting(
    z
      .int()
      .min(4 * kibibyte)
      .max(256 * kibibyte)
      .default(16 * kibibyte),
    {
      title: 'Longest headers',
      help: 'Bytes of all header lines of a request together.',
      restart: true,
    },
  ),
  slowRequestSeconds: setting(z.int().min(1).max(3600).default(15), {
    title: 'Slow requests',
    help: 'Seconds a client has to send the headers of a request, and the longest pause within its body.',
    restart: true,
  }),
  stalledReaderSeconds: setting(z.int().min(1).max(3600).default(30), {
    title: 'Stalled readers',
    help: 'Seconds a client may stop reading a stream before it is cut.',
  }),
})

const fairUse = z.object({
  requestsPerMinute: setting(z.int().min(1).max(1_000_000).nullable().default(1200), {
    title: 'Requests a minute',
    help: 'That one key may send to the models; further ones are refused with 429. Empty: no limit.',
  }),
  concurrent: setting(z.int().min(1).max(65_536).nullable().default(64), {
    title: 'Requests at the same time',
    help: 'Of one key, those that wait included; further ones are refused with 429. Empty: no limit.',
  }),
  thisMachine: setting(z.boolean().default(false), {
    title: 'For this machine too',
    help: 'Otherwise only callers from other machines are limited.',
  }),
})

/** Where and to whom the server answers. */
export const server = z.object({
  port: setting(z.int().min(0).max(65_535).default(4673), {
    title: 'Port',
    help: 'TCP port. When it is taken the next free one is used and said loudly; 0 takes any free one.',
    restart: true,
    env: 'IMPETUS_PORT',
    flag: 'port',
  }),
  host: setting(z.string().min(1).max(255).default('127.0.0.1'), {
    title: 'Address',
    help: 'IP address to listen on. Anything but this machine needs requireKey and a certificate.',
    restart: true,
    env: 'IMPETUS_HOST',
    flag: 'host',
  }),
  allowedHosts: setting(z.array(z.string().min(1).max(255)).max(100).default([]), {
    title: 'Further host names',
    help: 'Names, with the port where it is not this one, by which clients may call this server.',
  }),
  allowedOrigins: setting(z.array(z.string().min(1).max(255)).max(100).default([]), {
    title: 'Web pages that may call',
    help: 'Origins such as https://chat.example.org. Editors’ own views are allowed anyway.',
  }),
  requireKey: setting(z.boolean().default(false), {
    title: 'Require a key',
    help: 'Every request needs a key made with "impetus keys create", on this machine too.',
    env: 'IMPETUS_REQUIRE_KEY',
  }),
  tls: tls.prefault({}),
  limits: limits.prefault({}),
  fairUse: fairUse.prefault({}),
  drainSeconds: setting(z.int().min(0).max(600).default(10), {
    title: 'Time to finish',
    help: 'Seconds that running answers have when Impetus is asked to stop.',
    env: 'IMPETUS_DRAIN_SECONDS',
  }),
})

/**
 * The formats of JSON Schema that the grammar can hold a string to, as patterns. They allow what is common and valid,
 * not all that the standards allow: a model needs a right form, not every one.
 */
const month31 = '(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])'
const month30 = '(0[469]|11)-(0[1-9]|[12][0-9]|30)'
const february = '02-(0[1-9]|1[0-9]|2[0-8])'
const leapYear = '([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)'
const date = `([0-9]{4}-(${month31}|${month30}|${february})|${leapYear}-02-29)`
const time = '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])'
const label = '[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
const hostname = `${label}(\\.${label}){0,3}`
const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const group = '[0-9a-fA-F]{1,4}'
const durationTime = 'T([0-9]{1,9}H([0-9]{1,9}M([0-9]{1,9}S)?)?|[0-9]{1,9}M([0-9]{1,9}S)?|[0-9]{1,9}S)'
const durationDate = '([0-9]{1,9}Y([0-9]{1,9}M([0-9]{1,9}D)?)?|[0-9]{1,9}M([0-9]{1,9}D)?|[0-9]{1,9}D)'

const bodies: Readonly<Record<string, string>> = {
  date,
  time,
  'date-time': `${date}T${time}`,
  duration: `P(${durationDate}(${durationTime})?|${durationTime}|[0-9]{1,9}W)`,
  uuid: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}',
  email: `[a-zA-Z0-9_+-]{1,32}(\\.[a-zA-Z0-9_+-]{1,20}){0,2}@${hostname}`,
  hostname,
  ipv4: `${octet}(\\.${octet}){3}`,
  ipv6: `((${group}:){7}${group}|(${group}:){1,6}:${group}|::(${group}:){0,5}${group}|::)`,
  uri: `[a-zA-Z][a-zA-Z0-9+.-]{0,20}://${hostname}(:[0-9]{1,5})?(/[a-zA-Z0-9._~!$&'()*+,;=:@-]*)*(\\?[a-zA-Z0-9._~!$&'()*+,;=:@/-]*)?`,
  'json-pointer': '(/[^/~]*)*',
}

export const formatPatterns: ReadonlyMap<string, string> = new Map(
  Object.entries(bodies).map(([name, body]) => [name, `^(${body})$`]),
)

import type { Random } from '../gguf/random.ts'
import {
  adjectives,
  amount,
  city,
  clock,
  code,
  date,
  email,
  filePath,
  identifier,
  madeUp,
  nouns,
  personName,
  phrase,
  things,
  wholeNumber,
} from './words.ts'

/** An argument: how it may be called, what fills it, how an optional one is said behind the request. */
export interface ArgumentKind {
  readonly keys: readonly string[]
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array'
  readonly items?: string
  value(random: Random): unknown
  readonly choices?: readonly string[]
  /** Absent: always given, at its place `{n}` in the request. */
  readonly said?: readonly string[]
}

export interface ToolKind {
  /** Verb and noun pairs, spelt in several styles when used. */
  readonly names: readonly string[]
  readonly about: readonly string[]
  readonly asks: readonly string[]
  readonly args: readonly ArgumentKind[]
  /** A result, and how to tell it. Absent: `{"ok":true}` and the like. */
  result?(values: readonly unknown[], random: Random): { data: Record<string, unknown>; say: string }
}

const text = (keys: string, value: (random: Random) => string, said?: readonly string[]): ArgumentKind => ({
  keys: keys.split(' '),
  type: 'string',
  value,
  ...(said && { said }),
})
const whole = (
  keys: string,
  value: (random: Random) => number = wholeNumber,
  said?: readonly string[],
): ArgumentKind => ({ keys: keys.split(' '), type: 'integer', value, ...(said && { said }) })
const decimal = (keys: string, said?: readonly string[]): ArgumentKind => ({
  keys: keys.split(' '),
  type: 'number',
  value: amount,
  ...(said && { said }),
})
const choice = (keys: string, choices: string, said?: readonly string[]): ArgumentKind => ({
  keys: keys.split(' '),
  type: 'string',
  choices: choices.split(' '),
  value: random => random.pick(choices.split(' ')),
  ...(said && { said }),
})
const list = (keys: string, item: (random: Random) => string): ArgumentKind => ({
  keys: keys.split(' '),
  type: 'array',
  items: 'string',
  value: random => Array.from({ length: 2 + random.below(3) }, () => item(random)),
})
const skies = ['sunny', 'cloudy', 'rainy', 'windy', 'clear', 'foggy', 'snowy']
const small = (random: Random) => 1 + random.below(14)

export const toolKinds: readonly ToolKind[] = [
  {
    names: ['get weather', 'fetch weather', 'current weather', 'weather', 'get forecast', 'weather lookup'],
    about: [
      'Get the weather',
      'Says the weather of a city',
      'Weather for a place',
      'Returns the current weather',
    ],
    asks: [
      'what is the weather in {0}',
      'weather in {0}',
      "what's the weather like in {0}",
      'how is the weather in {0}',
      'is it raining in {0}',
      'tell me the weather for {0}',
      'how warm is it in {0}',
      'will it rain in {0}',
      '{0} weather',
    ],
    args: [
      text('city location place town', city),
      whole('days count', small, ['for the next {} days', 'for {} days']),
      choice('unit units', 'celsius fahrenheit', ['in {}']),
    ],
    result: ([place], random) => {
      const degrees = random.below(35)
      const sky = random.pick(skies)
      const [first, second] = random.pick([
        ['temperature', 'sky'],
        ['temp', 'condition'],
        ['degrees', 'weather'],
        ['temperature', 'description'],
      ] as const)
      return {
        data: { [first]: degrees, [second]: sky },
        say: `It is ${degrees} degrees and ${sky} in ${place}.`,
      }
    },
  },
  {
    names: ['read file', 'open file', 'get file', 'view file', 'file read', 'load file'],
    about: ['Read a file', 'Returns the content of a file', 'Reads a text file from the disk'],
    asks: [
      'read {0}',
      'open the file {0}',
      'show me {0}',
      'what is in {0}',
      'read the file {0}',
      'please look at {0}',
      'print {0}',
      'whats inside {0}',
      'let me see {0}',
    ],
    args: [
      text('path file filename file_path filePath', filePath),
      whole('limit lines max_lines', wholeNumber, ['only {} lines', 'the first {} lines']),
    ],
    result: ([path], random) => {
      const words = phrase(random)
      return { data: { content: words }, say: `${path} contains: ${words}` }
    },
  },
  {
    names: ['write file', 'save file', 'create file', 'write to file', 'file write'],
    about: ['Write a file', 'Saves text to a file', 'Creates a file with content'],
    asks: [
      'write "{1}" to {0}',
      'save "{1}" in {0}',
      'create {0} with the text "{1}"',
      'put "{1}" into {0}',
      'make a file {0} that says "{1}"',
    ],
    args: [text('path file filename file_path', filePath), text('content text contents data', phrase)],
  },
  {
    names: ['delete file', 'remove file', 'file delete'],
    about: ['Delete a file', 'Removes a file from the disk'],
    asks: ['delete {0}', 'remove the file {0}', 'get rid of {0}', 'please delete {0}'],
    args: [text('path file filename target', filePath)],
  },
  {
    names: ['rename file', 'move file', 'copy file'],
    about: ['Move a file', 'Gives a file another place', 'Copies a file'],
    asks: ['move {0} to {1}', 'rename {0} to {1}', 'copy {0} to {1}', '{0} should become {1}'],
    args: [text('from source src old_path', filePath), text('to target destination new_path', filePath)],
  },
  {
    names: ['list files', 'list directory', 'ls', 'list dir', 'list folder'],
    about: ['List the files of a folder', 'Lists a directory'],
    asks: [
      'list the files in {0}',
      'what files are in {0}',
      'show the folder {0}',
      'ls {0}',
      'which files are in {0}',
    ],
    args: [text('path directory folder dir', random => filePath(random).replace(/\.\w+$/, ''))],
    result: (_, random) => {
      const files = Array.from({ length: 2 + random.below(3) }, () => filePath(random).split('/').at(-1)!)
      return { data: { files }, say: `The files are ${files.join(', ')}.` }
    },
  },
  {
    names: ['search files', 'grep', 'search code', 'find in files', 'search'],
    about: ['Search for text in files', 'Find a word in the code', 'Full text search'],
    asks: [
      'search for {0}',
      'find {0} in the code',
      'where is {0} used',
      'grep {0}',
      'look for {0}',
      'find all uses of {0}',
    ],
    args: [
      text('query pattern text term search', identifier),
      text('path folder directory', random => filePath(random).replace(/\.\w+$/, ''), ['in {}', 'under {}']),
    ],
    result: (_, random) => {
      const file = filePath(random)
      const line = wholeNumber(random)
      return { data: { file, line }, say: `I found it in ${file}, line ${line}.` }
    },
  },
  {
    names: ['run command', 'execute', 'shell', 'bash', 'exec', 'run shell', 'terminal'],
    about: ['Run a shell command', 'Executes a command in the terminal'],
    asks: ['run {0}', 'execute {0}', 'please run {0}', 'run the command {0}', 'call {0} in the shell'],
    args: [
      text('command cmd script', random =>
        random.pick([
          `npm run ${madeUp(random, 1)}`,
          `ls ${filePath(random)}`,
          `git checkout ${madeUp(random)}`,
          `cat ${filePath(random)}`,
          `python ${filePath(random)}`,
          `make ${madeUp(random, 1)}`,
          'npm test',
          'git status',
        ]),
      ),
    ],
    result: (_, random) => {
      const code = random.below(3)
      return {
        data: { exit_code: code },
        say: code === 0 ? 'The command succeeded.' : `The command failed with exit code ${code}.`,
      }
    },
  },
  {
    names: ['add', 'sum', 'add numbers', 'calculate sum', 'plus'],
    about: ['Add two numbers', 'Returns the sum of a and b'],
    asks: [
      'what is {0} plus {1}',
      'add {0} and {1}',
      '{0} + {1}',
      'how much is {0} and {1}',
      'sum of {0} and {1}',
    ],
    args: [decimal('a x first left'), decimal('b y second right')],
    result: ([a, b]) => {
      const sum = Number((Number(a) + Number(b)).toFixed(2))
      return { data: { result: sum }, say: `The result is ${sum}.` }
    },
  },
  {
    names: ['multiply', 'times', 'product of', 'multiply numbers'],
    about: ['Multiply two numbers', 'Returns the product'],
    asks: ['what is {0} times {1}', 'multiply {0} by {1}', '{0} * {1}', '{0} x {1}'],
    args: [decimal('a x first left'), decimal('b y second right')],
    result: ([a, b]) => {
      const product = Number((Number(a) * Number(b)).toFixed(2))
      return { data: { result: product }, say: `The result is ${product}.` }
    },
  },
  {
    names: ['get time', 'current time', 'time in', 'clock'],
    about: ['Get the current time', 'Says what time it is in a city'],
    asks: ['what time is it in {0}', 'time in {0}', 'tell me the time in {0}', 'how late is it in {0}'],
    args: [text('city timezone location place', city)],
    result: ([place], random) => {
      const now = clock(random)
      return { data: { time: now }, say: `It is ${now} in ${place}.` }
    },
  },
  {
    names: ['send email', 'send mail', 'email send', 'mail'],
    about: ['Send an email', 'Sends a mail to someone'],
    asks: [
      'send an email to {0} with the subject {1}',
      'mail {0} about {1}',
      'write to {0}, subject {1}',
      'email {0}: {1}',
    ],
    args: [text('to recipient address email', email), text('subject title', phrase)],
  },
  {
    names: ['send message', 'message', 'post message', 'send chat'],
    about: ['Send a message', 'Posts a message to a person or channel'],
    asks: ['tell {0} "{1}"', 'send {0} the message "{1}"', 'message {0}: {1}', 'let {0} know: {1}'],
    args: [text('to recipient user channel name', personName), text('text message body content', phrase)],
  },
  {
    names: ['create event', 'add event', 'schedule meeting', 'add appointment', 'calendar add'],
    about: ['Create a calendar event', 'Adds a meeting to the calendar'],
    asks: [
      'add {0} to my calendar on {1}',
      'schedule {0} for {1}',
      'create an event {0} on {1}',
      'put {0} on {1} in the calendar',
    ],
    args: [
      text('title name summary event', phrase),
      text('date day when', date),
      text('time start', clock, ['at {}']),
    ],
  },
  {
    names: ['set alarm', 'set timer', 'start timer', 'create timer'],
    about: ['Set a timer', 'Starts a timer'],
    asks: [
      'set a timer for {0} minutes',
      'timer {0} minutes',
      'wake me in {0} minutes',
      'start a {0} minute timer',
    ],
    args: [whole('minutes duration time length')],
  },
  {
    names: ['get user', 'find user', 'lookup user', 'user info', 'get customer', 'find person'],
    about: ['Look up a user', 'Returns facts about a person'],
    asks: ['who is {0}', 'find the user {0}', 'look up {0}', 'get {0}', 'information about the user {0}'],
    args: [text('name user username user_name', personName)],
    result: ([name], random) => {
      const address = email(random)
      return { data: { name, email: address }, say: `${name} has the email ${address}.` }
    },
  },
  {
    names: ['get order', 'order status', 'track order', 'find order', 'track parcel'],
    about: ['Get the state of an order', 'Tracks a shipment'],
    asks: [
      'where is my order {0}',
      'status of order {0}',
      'track {0}',
      'what about order {0}',
      'look up order {0}',
    ],
    args: [text('order_id id orderId number order', code)],
    result: ([order], random) => {
      const state = random.pick(['shipped', 'paid', 'open', 'delivered', 'cancelled', 'packed'])
      return { data: { status: state }, say: `Order ${order} is ${state}.` }
    },
  },
  {
    names: ['get price', 'price', 'stock price', 'get quote', 'check price'],
    about: ['Get the price of a product', 'Returns the current price'],
    asks: ['how much is {0}', 'price of {0}', 'what does {0} cost', 'what is the price of {0}'],
    args: [
      text('product item name symbol', random => (random.chance(0.5) ? random.pick(things) : madeUp(random))),
    ],
    result: ([item], random) => {
      const price = amount(random)
      return { data: { price }, say: `The price of ${item} is ${price}.` }
    },
  },
  {
    names: ['add to cart', 'buy', 'order item', 'add item', 'purchase'],
    about: ['Put a product into the cart', 'Orders an item'],
    asks: ['order {1} {0}', 'buy {1} {0}', 'put {1} {0} into the cart', 'i need {1} {0}', 'add {1} {0}'],
    args: [
      text('item product name article', random =>
        random.chance(0.5) ? random.pick(things) : madeUp(random),
      ),
      whole('quantity amount count number', small),
    ],
  },
  {
    names: ['add task', 'create task', 'add todo', 'new task', 'create ticket', 'open issue'],
    about: ['Add a task to the list', 'Creates a ticket'],
    asks: [
      'add the task {0}',
      'create a task: {0}',
      'new todo {0}',
      'remind me of {0}',
      'put {0} on my list',
      'open a ticket: {0}',
    ],
    args: [
      text('title task name summary', phrase),
      choice('priority level', 'low medium high', ['with {} priority', 'priority {}']),
    ],
  },
  {
    names: ['close task', 'finish task', 'complete task', 'close ticket', 'close issue'],
    about: ['Mark a task as done', 'Closes a ticket'],
    asks: ['close {0}', '{0} is done', 'finish task {0}', 'mark {0} as done', 'close ticket {0}'],
    args: [text('id task_id ticket number', code)],
  },
  {
    names: ['switch light', 'set light', 'turn light', 'toggle lamp', 'control light'],
    about: ['Turn a light on or off', 'Switches a lamp'],
    asks: [
      'turn {1} the light in the {0}',
      'switch {1} the {0} lamp',
      'light {1} in the {0}',
      'make the {0} light go {1}',
    ],
    args: [
      text('room lamp place name', random =>
        random.pick([
          'kitchen',
          'hall',
          'bedroom',
          'garden',
          'cellar',
          'bathroom',
          'garage',
          'office',
          madeUp(random),
        ]),
      ),
      choice('state mode power', 'on off'),
    ],
  },
  {
    names: ['set temperature', 'set heating', 'thermostat', 'heat'],
    about: ['Set the temperature of a room', 'Controls the heating'],
    asks: [
      'set the {0} to {1} degrees',
      'heat the {0} to {1}',
      'make it {1} degrees in the {0}',
      '{1} degrees in the {0} please',
    ],
    args: [
      text('room zone place', random =>
        random.pick(['kitchen', 'hall', 'bedroom', 'cellar', 'bathroom', 'office', madeUp(random)]),
      ),
      whole('degrees temperature value', random => 10 + random.below(20)),
    ],
  },
  {
    names: ['translate', 'translate text', 'translator'],
    about: ['Translate a text', 'Translates words into a language'],
    asks: [
      'translate "{0}" into {1}',
      'what is "{0}" in {1}',
      'how do you say "{0}" in {1}',
      '"{0}" in {1} please',
    ],
    args: [
      text('text phrase input', phrase),
      choice('language target lang to', 'german french spanish italian dutch'),
    ],
    result: (_, random) => {
      const foreign = `${madeUp(random)} ${madeUp(random)}`
      return { data: { translation: foreign }, say: `The translation is: ${foreign}` }
    },
  },
  {
    names: ['web search', 'search web', 'google', 'search internet', 'lookup', 'wiki'],
    about: ['Search the web', 'Looks something up on the internet'],
    asks: [
      'search the web for {0}',
      'google {0}',
      'look up {0} online',
      'find pages about {0}',
      'search for {0} on the internet',
    ],
    args: [
      text('query q text search_query', phrase),
      whole('limit count max_results', small, ['show {} results', 'at most {} results']),
    ],
    result: ([query], random) => {
      const title = phrase(random)
      return { data: { title }, say: `For ${query} I found: ${title}` }
    },
  },
  {
    names: ['fetch url', 'open url', 'get page', 'http get', 'browse', 'fetch'],
    about: ['Fetch a web page', 'Opens a URL'],
    asks: ['open {0}', 'fetch {0}', 'get the page {0}', 'what is on {0}', 'download {0}'],
    args: [
      text(
        'url address link uri',
        random =>
          `https://${madeUp(random)}.${random.pick(['com', 'org', 'net', 'io'])}${random.chance(0.5) ? `/${random.pick(nouns)}` : ''}`,
      ),
    ],
  },
  {
    names: ['query database', 'run sql', 'count rows', 'get table', 'describe table'],
    about: ['Count the rows of a table', 'Describes a table of the database'],
    asks: [
      'how many rows has {0}',
      'count {0}',
      'describe the table {0}',
      'rows in {0}',
      'show the table {0}',
    ],
    args: [
      text('table table_name name', random =>
        random.chance(0.5) ? `${random.pick(nouns)}s` : identifier(random),
      ),
    ],
    result: ([table], random) => {
      const rows = wholeNumber(random)
      return { data: { rows }, say: `The table ${table} has ${rows} rows.` }
    },
  },
  {
    names: ['book table', 'reserve table', 'book room', 'make reservation', 'book hotel'],
    about: ['Book a table or room', 'Makes a reservation'],
    asks: [
      'book {0} for {1} people',
      'reserve a table at {0} for {1}',
      'a reservation at {0} for {1} people',
      'get me a table for {1} at {0}',
    ],
    args: [
      text('restaurant place hotel name', random => madeUp(random)),
      whole('people guests persons seats', small),
      text('date day', date, ['on {}']),
    ],
  },
  {
    names: ['find route', 'get directions', 'distance', 'route', 'get distance'],
    about: ['Find the way between two places', 'Returns the distance'],
    asks: [
      'how far is it from {0} to {1}',
      'route from {0} to {1}',
      'distance between {0} and {1}',
      'how do i get from {0} to {1}',
    ],
    args: [
      text('from origin start', city),
      text('to destination end', city),
      choice('mode by', 'car train bike foot', ['by {}']),
    ],
    result: ([from, to], random) => {
      const distance = wholeNumber(random)
      return { data: { km: distance }, say: `From ${from} to ${to} it is ${distance} km.` }
    },
  },
  {
    names: ['convert currency', 'exchange', 'convert money'],
    about: ['Convert an amount into another currency', 'Exchanges money'],
    asks: [
      'convert {0} {1} to {2}',
      'how much is {0} {1} in {2}',
      '{0} {1} in {2}',
      'change {0} {1} into {2}',
    ],
    args: [
      decimal('amount value sum'),
      choice('from source from_currency', 'EUR USD GBP CHF JPY'),
      choice('to target to_currency', 'EUR USD GBP CHF JPY'),
    ],
    result: ([, , target], random) => {
      const value = amount(random)
      return { data: { result: value }, say: `That is ${value} ${target}.` }
    },
  },
  {
    names: ['play song', 'play music', 'play', 'start playlist'],
    about: ['Play a song', 'Starts music'],
    asks: ['play {0}', 'play the song {0}', 'i want to hear {0}', 'put on {0}'],
    args: [
      text('title song track name query', phrase),
      whole('volume level', random => 1 + random.below(100), ['at volume {}']),
    ],
  },
  {
    names: ['tag items', 'add labels', 'set tags', 'label issue'],
    about: ['Put tags on something', 'Adds labels'],
    asks: ['tag {0} with {1}', 'add the labels {1} to {0}', 'label {0}: {1}'],
    args: [
      text('id item name', code),
      list('tags labels', random => (random.chance(0.6) ? random.pick(adjectives) : madeUp(random))),
    ],
  },
]

const verbs = [
  'create',
  'delete',
  'update',
  'get',
  'show',
  'open',
  'close',
  'start',
  'stop',
  'archive',
  'share',
  'print',
  'check',
  'lock',
  'unlock',
  'publish',
  'export',
  'import',
  'approve',
  'assign',
  'cancel',
  'restore',
]

/** A tool that never was: so that names are read in the definition, not known by heart. */
export function inventedKind(random: Random): ToolKind {
  const verb = random.pick(verbs)
  const noun = random.chance(0.7) ? random.pick(nouns) : madeUp(random, 2)
  const pool = random.pick([
    text('name title', phrase),
    text('name label', random => madeUp(random)),
    text('id key number', code),
    text('name person owner', personName),
    text('path file', filePath),
    whole('id number'),
  ])
  const extra = random.pick<ArgumentKind | null>([
    null,
    null,
    text('city place', city, ['in {}']),
    text('date day', date, ['on {}', 'for {}']),
    text('user owner person', personName, ['for {}']),
    whole('count limit amount', wholeNumber, ['with the count {}']),
    choice('mode kind', 'fast slow normal', ['in {} mode']),
  ])
  return {
    names: [`${verb} ${noun}`],
    about: [`${verb[0]!.toUpperCase()}${verb.slice(1)} a ${noun}`, `To ${verb} one ${noun}`],
    asks: [
      `${verb} the ${noun} {0}`,
      `${verb} ${noun} {0}`,
      `please ${verb} {0}, the ${noun}`,
      `can you ${verb} the ${noun} {0}`,
    ],
    args: extra ? [pool, extra] : [pool],
  }
}

import { choice, decimal, list, small, type ToolKind, text, whole } from './tool-arguments.ts'
import {
  adjectives,
  amount,
  city,
  code,
  date,
  identifier,
  madeUp,
  nouns,
  phrase,
  things,
  wholeNumber,
} from './words.ts'

export const toolsAtWork: readonly ToolKind[] = [
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

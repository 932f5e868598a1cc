import { choice, decimal, skies, small, type ToolKind, text, whole } from './tool-arguments.ts'
import {
  city,
  clock,
  code,
  date,
  email,
  filePath,
  identifier,
  madeUp,
  personName,
  phrase,
  wholeNumber,
} from './words.ts'

export const everydayTools: readonly ToolKind[] = [
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
]

import Button from 'antd/es/button'
import { useEffect, useRef, useState } from 'react'
import { useCore } from '../../core.ts'
import { useData } from '../../data.ts'
import { Icon } from '../../parts/icon.tsx'
import { Empty, FailureNote, Loading, Page } from '../../parts/page.tsx'
import { Select } from '../../parts/select.tsx'
import { useWords } from '../../words/words.tsx'
import './chat.css'
import { Composer } from './composer.tsx'
import type { Turn } from './conversation.ts'
import { Options } from './options.tsx'
import { TurnView } from './turn.tsx'
import { useConversation } from './use-conversation.ts'

export default function Chat() {
  const words = useWords()
  const { api } = useCore()
  const models = useData('listModels', { topics: ['models.changed', 'model.changed'] })
  const { turns, dispatch, ask, stop } = useConversation(api)
  const [chosen, setChosen] = useState('')
  const [options, setOptions] = useState({
    system: '',
    temperature: null as number | null,
    maxTokens: null as number | null,
  })
  const [optionsOpen, setOptionsOpen] = useState(false)
  const usable = (models.value?.data ?? []).filter(({ capabilities }) => capabilities.includes('chat'))
  const model = usable.find(({ id }) => id === chosen) ?? usable.find(one => one.default) ?? usable[0]
  const last = turns.at(-1)
  const busy = last?.state === 'waiting' || last?.state === 'writing'
  const send = (question: string, before: readonly Turn[] = turns) =>
    void ask(question, before, { ...options, model: model?.id ?? '' })
  const retry = (turn: Turn) => {
    dispatch({ kind: 'rewind', id: turn.id })
    send(turn.question, turns.slice(0, turns.indexOf(turn)))
  }

  return (
    <Page
      title={words.say('chat')}
      actions={
        <>
          <Select
            label={words.say('model')}
            hideLabel
            value={model?.id ?? ''}
            onChange={setChosen}
            disabled={usable.length === 0}
          >
            {usable.length === 0 && <option value="">–</option>}
            {usable.map(({ id }) => (
              <option key={id}>{id}</option>
            ))}
          </Select>
          <Button type="text" aria-expanded={optionsOpen} onClick={() => setOptionsOpen(!optionsOpen)}>
            {words.say('options')}
          </Button>
          <Button
            disabled={turns.length === 0 || busy}
            onClick={() => dispatch({ kind: 'clear' })}
            icon={<Icon name="plus" />}
          >
            {words.say('newChat')}
          </Button>
        </>
      }
    >
      <div className="chat">
        <div className="chat-column">
          <Turns turns={turns}>
            {models.failure && <FailureNote failure={models.failure} retry={models.refresh} />}
            {models.value === undefined && !models.failure && <Loading />}
            {models.value && !model && (
              <Empty action={<a href="#models">{words.say('toModels')}</a>}>{words.say('chatNoModel')}</Empty>
            )}
            {model && turns.length === 0 && <FirstQuestions ask={send} note={model.description} />}
            {turns.map(turn => (
              <TurnView key={turn.id} turn={turn} retry={busy ? undefined : retry} />
            ))}
          </Turns>
          <Composer busy={busy} disabled={!model} send={send} stop={stop} />
        </div>
        {optionsOpen && <Options value={options} onChange={setOptions} close={() => setOptionsOpen(false)} />}
      </div>
    </Page>
  )
}

/** Follows the answer as long as the person has not scrolled away from its end. */
function Turns({ turns, children }: { turns: readonly Turn[]; children: React.ReactNode }) {
  const words = useWords()
  const place = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new piece moves the end
  useEffect(() => {
    const { current } = place
    if (current && atEnd.current) current.scrollTop = current.scrollHeight
  }, [turns])
  const last = turns.at(-1)
  return (
    <section
      className="turns"
      ref={place}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
      tabIndex={0}
      aria-label={words.say('conversation')}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 60
      }}
    >
      {children}
      <p className="hidden-label" role="status">
        {last === undefined ? '' : words.say(`answer-${last.state}`)}
      </p>
    </section>
  )
}

function FirstQuestions({ ask, note }: { ask: (question: string) => void; note: string | null }) {
  const words = useWords()
  const questions = [words.say('prompt1'), words.say('prompt2'), words.say('prompt3')]
  return (
    <div className="first-questions">
      <p>{words.say('chatEmpty')}</p>
      {note !== null && <p className="muted">{note}</p>}
      {questions.map(question => (
        <Button key={question} onClick={() => ask(question)}>
          {question}
        </Button>
      ))}
      <p className="muted">{words.say('chatForgets')}</p>
    </div>
  )
}

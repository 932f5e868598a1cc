import type { ForeignModel } from '../../contract/conversions.ts'
import type { OpenFile } from '../files/open-file.ts'
import { type ProtoField, ProtoFile } from '../files/protobuf.ts'
import { printable, Refusal } from '../refusal.ts'
import { unknownModel } from './foreign.ts'

const reason =
  'ONNX is a program for ONNX Runtime, not a set of named weights; llama.cpp does not run it, and it is not converted. Look for the same model as GGUF or SafeTensors.'

/** Numbers of TensorProto.DataType. */
const types: Readonly<Record<number, string>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  6: 'I32',
  7: 'I64',
  10: 'F16',
  11: 'F64',
  16: 'BF16',
  21: 'U4',
  22: 'I4',
}

/**
 * Describes an ONNX file by walking its messages; weights are passed over.
 * See https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 *
 * @throws Refusal where it is none
 */
export function describeOnnx(file: OpenFile, path: string, name: string, bytes: number): ForeignModel {
  const proto = new ProtoFile(file)
  let version = 0
  let producer = ''
  let graph: ProtoField | undefined
  for (const field of proto.fields(0, proto.size)) {
    if (field.number === 1 && field.wire === 'varint') version = field.value
    if (field.number === 2 && field.wire === 'bytes') producer = printable(proto.text(field, 100))
    if (field.number === 7 && field.wire === 'bytes') graph = field
  }
  if (version === 0 || graph === undefined) throw new Refusal(`"${file.name}" is no ONNX model.`)
  const { parameters, dtype } = initializers(proto, graph)
  const architecture = `ONNX graph${producer === '' ? '' : ` by ${producer}`}`
  return { ...unknownModel('onnx', path, name, bytes, reason), architecture, parameters, dtype }
}

function initializers(proto: ProtoFile, graph: ProtoField): Pick<ForeignModel, 'parameters' | 'dtype'> {
  const byType = new Map<string, number>()
  for (const field of proto.fields(graph.start, graph.end)) {
    if (field.number !== 5 || field.wire !== 'bytes') continue
    let values = 1
    let type = 0
    for (const part of proto.fields(field.start, field.end)) {
      if (part.number === 1 && part.wire === 'varint') values *= part.value
      if (part.number === 1 && part.wire === 'bytes')
        for (const dimension of proto.varints(part)) values *= dimension
      if (part.number === 2 && part.wire === 'varint') type = part.value
    }
    const dtype = types[type] ?? 'other'
    byType.set(dtype, (byType.get(dtype) ?? 0) + values)
  }
  const [commonest] = [...byType].sort((a, b) => b[1] - a[1])
  const all = [...byType.values()].reduce((sum, values) => sum + values, 0)
  return { parameters: byType.size === 0 ? null : all, dtype: commonest?.[0] ?? null }
}

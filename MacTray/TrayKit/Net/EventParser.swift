import Foundation

/// An event of a `text/event-stream`.
struct ServerEvent: Equatable, Sendable {
    let id: String?
    let data: String
}

/// Reads server-sent events from pieces of any size, as the HTML standard has it: lines end in LF, CR or both, lines of
/// comments and unknown fields are passed over, an event without data is none.
struct EventParser {
    private var line = Data()
    private var data: [String] = []
    private var id: String?
    private var lastWasReturn = false

    mutating func feed(_ bytes: Data) -> [ServerEvent] {
        var events: [ServerEvent] = []
        for byte in bytes {
            defer { lastWasReturn = byte == 0x0D }
            switch byte {
            case 0x0A where lastWasReturn: continue
            case 0x0A, 0x0D:
                if let event = take(String(decoding: line, as: UTF8.self)) { events.append(event) }
                line.removeAll(keepingCapacity: true)
            default: line.append(byte)
            }
        }
        return events
    }

    private mutating func take(_ line: String) -> ServerEvent? {
        guard !line.isEmpty else {
            defer { data = [] }
            return data.isEmpty ? nil : ServerEvent(id: id, data: data.joined(separator: "\n"))
        }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count > 1 ? parts[1] : ""
        if value.hasPrefix(" ") { value = value.dropFirst() }
        switch parts[0] {
        case "data": data.append(String(value))
        case "id": id = String(value)
        default: break
        }
        return nil
    }
}

import Foundation
import TrayKit

/// Says what happens: for people one line a change, for programs one JSON object a line.
final class Printer: @unchecked Sendable {
    private let json: Bool
    private let lock = NSLock()
    private let words = Words(preferred: [ProcessInfo.processInfo.environment["LANG"] ?? "en"])
    private var state = TrayState()
    private var lastLine = ""

    init(json: Bool) { self.json = json }

    func print(_ news: TrayNews) {
        lock.withLock {
            switch news {
            case .core(let core):
                if json { write(Self.describe(core)) }
            case .notice(let notice):
                if json { write(["notice": "\(notice)"]) }
            case .state(let state):
                self.state = state
                if json { write(Self.describe(state)) } else { writeLine(menu.label) }
            }
        }
    }

    func shown() { say(["shown": true]) }

    func say(_ values: [String: any Sendable]) {
        lock.withLock {
            if json { write(values) } else { writeLine(values.map { "\($0.key): \($0.value)" }.joined(separator: "\n")) }
        }
    }

    func printMenu() {
        lock.withLock {
            if json {
                write(["menu": menu.items.flatMap { Self.lines($0) }, "icon": menu.icon.symbol, "label": menu.label])
            } else {
                for item in menu.items { Self.lines(item).forEach { writeLine($0) } }
            }
        }
    }

    private var menu: Menu { Menu(state, Surroundings(words: words, hasDashboard: false)) }

    private static func describe(_ core: CoreNews) -> [String: any Sendable] {
        var values: [String: any Sendable] = ["core": core.state.name, "found": core.isFound]
        values["time"] = Int(core.at.timeIntervalSince1970 * 1000)
        if let pid = core.pid { values["pid"] = Int(pid) }
        switch core.state {
        case .backingOff(let attempt, let delay, let reason):
            values["attempt"] = attempt
            let (seconds, rest) = delay.components
            values["milliseconds"] = Int(seconds) * 1000 + Int(rest / 1_000_000_000_000_000)
            values["reason"] = reason
        case .failed(let failure):
            values["kind"] = "\(failure.kind)"
            values["reason"] = failure.reason
        default: break
        }
        return values
    }

    private static func describe(_ state: TrayState) -> [String: any Sendable] {
        [
            "state": state.core.name, "busy": state.isBusy, "update": state.updateFound,
            "requests": state.requests.map { "\($0.model) \($0.client ?? "")" },
            "models": Dictionary(
                state.models.map { ($0.id, $0.status.value.rawValue) }, uniquingKeysWith: { first, _ in first }),
            "url": state.status?.address.url ?? "",
        ]
    }

    private static func lines(_ item: MenuItem, indent: String = "") -> [String] {
        switch item {
        case .text(let text): [indent + text]
        case .separator: [indent + "—"]
        case .button(let title, _, _, let isEnabled): [indent + (isEnabled ? "[\(title)]" : "(\(title))")]
        case .toggle(let title, let isOn, _): [indent + (isOn ? "[x] " : "[ ] ") + title]
        case .submenu(let title, let items):
            [indent + title + " ▸"] + items.flatMap { lines($0, indent: indent + "    ") }
        }
    }

    private func write(_ values: [String: any Sendable]) {
        guard let data = try? JSONSerialization.data(withJSONObject: values, options: .sortedKeys) else { return }
        writeAll(data + Data("\n".utf8))
    }

    private func writeLine(_ line: String) {
        guard line != lastLine || !line.hasPrefix("Impetus:") else { return }
        lastLine = line
        writeAll(Data("\(line)\n".utf8))
    }

    private func writeAll(_ data: Data) { try? FileHandle.standardOutput.write(contentsOf: data) }
}

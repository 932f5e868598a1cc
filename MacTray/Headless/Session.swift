import Foundation
import TrayKit

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The machine's facts as they were said on standard input; nothing before that.
actor SaidHost: HostSource {
    private var said = HostFacts(asleep: false)

    func say(_ facts: HostFacts) { said = facts }

    func facts() async -> HostFacts { said }
}

/// Does what is said on standard input.
struct Session: Sendable {
    let tray: Tray
    let host: SaidHost
    let printer: Printer
    /// Ends with the news.
    let printing: Task<Void, Never>

    func perform(_ line: String) async {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        let rest = words.count > 1 ? words[1] : ""
        do {
            switch words.first {
            case "start": await tray.send(.startAsked)
            case "start-any-port": await tray.send(.startOnAnyPortAsked)
            case "stop": await tray.send(.stopAsked)
            case "restart": await tray.send(.restartAsked)
            case "menu": printer.printMenu()
            case "page": printer.say(["page": try await tray.client.dashboard(rest.isEmpty ? "home" : rest)])
            case "load": try await tray.client.perform(.load(model: rest))
            case "unload": try await tray.client.perform(.unload(model: rest))
            case "host":
                await host.say(try JSONDecoder().decode(HostFacts.self, from: Data(rest.utf8)))
                await tray.hostChanged()
            case "quit": await quit()
            case nil: break
            default: printer.say(["error": "There is no command \"\(words[0])\"."])
            }
        } catch {
            printer.say(["error": "\(error)"])
        }
    }

    func quit() async -> Never {
        await tray.quit()
        // The last news too.
        await printing.value
        // Not exit: that waits for the lock of standard input, which the thread that reads it holds.
        _exit(0)
    }
}

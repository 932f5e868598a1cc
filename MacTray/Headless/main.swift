import Foundation
import TrayKit

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

func leave(_ code: Int32, _ message: String) -> Never {
    FileHandle.standardError.write(Data("impetus-tray: \(message)\n".utf8))
    exit(code)
}

let options: Options
do {
    options = try Options(Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
} catch let error as UsageError {
    leave(64, error.message)
}
if options.help {
    print(Options.help)
    exit(0)
}

let home = options.settings.home
let lock: InstanceLock
do {
    switch try InstanceLock.take(home) {
    case .first(let held): lock = held
    case .second(let pid):
        leave(75, "runs already on \(home.path)\(pid.map { " (process \($0))" } ?? "").")
    }
} catch {
    leave(73, "\(home.path) cannot be used: \(error)")
}

let printer = Printer(json: options.json)
let host = SaidHost()
let tray = Tray(options.settings, host: host)
let printing = Task { for await news in tray.news { printer.print(news) } }
let session = Session(tray: tray, host: host, printer: printer, printing: printing)

/// Kept for as long as the process lives.
let signals = [SIGTERM, SIGINT, SIGHUP, InstanceLock.showSignal].map { number in
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
        Task { if number == InstanceLock.showSignal { printer.shown() } else { await session.quit() } }
    }
    source.resume()
    return source
}

Task { await tray.start() }
Thread.detachNewThread {
    // A thread that sleeps in the kernel until somebody says something. Its end means nothing: there may be no terminal.
    while let line = readLine() {
        Task { await session.perform(line) }
    }
}
dispatchMain()

/// What happens to the core.
public enum CoreEvent: Sendable, Equatable {
    case startAsked
    /// Start on another port than the one of the settings, if that is taken.
    case startOnAnyPortAsked
    case stopAsked
    case restartAsked
    /// Whether a core answered on the socket before one was started.
    case probed(found: Bool)
    /// Our own core says that it listens.
    case listening
    /// A sign of life on the event stream.
    case alive
    case silent
    case exited(Exit)
    case spawnFailed(String)
    /// A core that was found is gone; `orderly` where it had said that it ends.
    case foundOneGone(orderly: Bool)
    case elapsed(Timer)
    case woke

    public enum Timer: Sendable, Hashable {
        /// A core that started must be alive by then.
        case start
        /// Silence that is forgiven.
        case patience
        case backoff
        /// A core that ran for so long is a good one: its former ends are forgotten.
        case stability
        /// After being asked to stop.
        case grace
    }
}

/// What is to be done about it.
public enum CoreEffect: Sendable, Equatable {
    case probe
    case spawn(strictPort: Bool)
    case listen
    case stopListening
    /// Asks for an end in order (SIGTERM).
    case terminate
    /// The same of a core that is not our child, over its socket.
    case askToStop
    /// At once, with its children.
    case kill
    case start(CoreEvent.Timer, Duration)
    case cancel(CoreEvent.Timer)
}

/// Keeps one core alive: a state machine from events to effects, which touches nothing itself.
public struct Supervisor: Sendable {
    public struct Limits: Sendable, Equatable {
        public var start: Duration = .seconds(60)
        public var patience: Duration = .seconds(15)
        public var stability: Duration = .seconds(60)
        /// The core itself gives running answers ten seconds, and then ten to its parts.
        public var grace: Duration = .seconds(30)
        public var backoff = Backoff()
        /// Ends without stability between them after which no further start is tried.
        public var failures = 5

        public init() {}
    }

    public private(set) var state = CoreState.stopped
    /// The core was running before us: it has no lifeline to us, and outlives us.
    public private(set) var isFound = false
    private let limits: Limits
    private var failures = 0
    private var restartWanted = false
    private var strictPort = true
    /// Why we killed it, for the reason of its end.
    private var killedFor: String?

    public init(limits: Limits = Limits()) { self.limits = limits }

    public mutating func handle(_ event: CoreEvent) -> [CoreEffect] {
        switch event {
        case .startAsked: startAsked()
        case .startOnAnyPortAsked: startAsked(strictPort: false)
        case .stopAsked: stopAsked()
        case .restartAsked: restartAsked()
        case .probed(let found): probed(found)
        case .listening: state == .starting ? [.listen] : []
        case .alive: alive()
        case .silent: silent()
        case .exited(let exit): exited(exit)
        case .spawnFailed(let reason): fail(.cannotStart, reason)
        case .foundOneGone(let orderly): foundOneGone(orderly: orderly)
        case .elapsed(let timer): elapsed(timer)
        case .woke: state == .unresponsive ? [.start(.patience, limits.patience)] : []
        }
    }

    private mutating func startAsked(strictPort: Bool = true) -> [CoreEffect] {
        switch state {
        case .stopped, .failed, .backingOff:
            failures = 0
            self.strictPort = strictPort
            return [.cancel(.backoff)] + begin()
        case .stopping:
            restartWanted = true
            return []
        case .starting, .running, .unresponsive:
            return []
        }
    }

    private mutating func begin() -> [CoreEffect] {
        state = .starting
        isFound = false
        killedFor = nil
        return [.probe]
    }

    private mutating func probed(_ found: Bool) -> [CoreEffect] {
        guard state == .starting else { return [] }
        isFound = found
        let deadline = CoreEffect.start(.start, limits.start)
        return found ? [.listen, deadline] : [.spawn(strictPort: strictPort), deadline]
    }

    private mutating func alive() -> [CoreEffect] {
        switch state {
        case .starting:
            state = .running
            return [.cancel(.start), .start(.stability, limits.stability)]
        case .unresponsive:
            state = .running
            return [.cancel(.patience)]
        default: return []
        }
    }

    private mutating func silent() -> [CoreEffect] {
        guard state == .running else { return [] }
        state = .unresponsive
        return [.start(.patience, limits.patience)]
    }

    private mutating func stopAsked() -> [CoreEffect] {
        restartWanted = false
        switch state {
        case .starting, .running, .unresponsive:
            let isDeaf = state == .unresponsive
            state = .stopping
            let timers: [CoreEffect] = [.cancel(.start), .cancel(.patience), .cancel(.stability)]
            if isFound { return timers + [.askToStop, .start(.grace, limits.grace)] }
            // A stopped process does not even take SIGTERM.
            return timers + (isDeaf ? [.kill] : [.terminate]) + [.start(.grace, limits.grace)]
        case .backingOff, .failed:
            state = .stopped
            return [.cancel(.backoff)]
        case .stopping, .stopped:
            return []
        }
    }

    private mutating func restartAsked() -> [CoreEffect] {
        switch state {
        case .starting, .running, .unresponsive:
            let effects = stopAsked()
            restartWanted = true
            return effects
        case .stopping:
            restartWanted = true
            return []
        case .stopped, .failed, .backingOff:
            return startAsked()
        }
    }

    private mutating func exited(_ exit: Exit) -> [CoreEffect] {
        let settled: [CoreEffect] = [
            .stopListening, .cancel(.start), .cancel(.patience), .cancel(.stability), .cancel(.grace),
        ]
        if state == .stopping { return settled + ended() }
        // Whoever told it to end meant it.
        if exit.code == ExitCode.ok, exit.signal == nil {
            state = .stopped
            return settled
        }
        let reason = killedFor ?? exit.reason
        switch exit.code {
        case ExitCode.temporary where exit.isAboutThePort: return settled + fail(.portTaken, reason)
        case ExitCode.usage, ExitCode.cannotCreate, ExitCode.configuration: return settled + fail(.cannotStart, reason)
        default: return settled + tryAgain(reason)
        }
    }

    private mutating func ended() -> [CoreEffect] {
        isFound = false
        state = .stopped
        guard restartWanted else { return [] }
        restartWanted = false
        failures = 0
        return begin()
    }

    private mutating func tryAgain(_ reason: String) -> [CoreEffect] {
        failures += 1
        guard failures < limits.failures else { return fail(.gaveUp(attempts: failures), reason) }
        let delay = limits.backoff.delay(attempt: failures)
        isFound = false
        state = .backingOff(attempt: failures, delay: delay, reason: reason)
        return [.start(.backoff, delay)]
    }

    private mutating func fail(_ kind: Failure.Kind, _ reason: String) -> [CoreEffect] {
        isFound = false
        state = .failed(Failure(kind: kind, reason: reason))
        return [.cancel(.start), .cancel(.stability)]
    }

    private mutating func foundOneGone(orderly: Bool) -> [CoreEffect] {
        guard isFound else { return [] }
        let settled: [CoreEffect] = [
            .stopListening, .cancel(.start), .cancel(.patience), .cancel(.stability), .cancel(.grace),
        ]
        if state == .stopping { return settled + ended() }
        guard orderly else { return settled + tryAgain("The core that was found running has ended.") }
        isFound = false
        state = .stopped
        return settled
    }

    private mutating func elapsed(_ timer: CoreEvent.Timer) -> [CoreEffect] {
        switch (timer, state) {
        case (.backoff, .backingOff): return begin()
        case (.stability, .running):
            failures = 0
            return []
        case (.start, .starting): return giveUpOn("The core did not answer within \(limits.start.words).")
        case (.patience, .unresponsive): return giveUpOn("The core did not answer any more.")
        case (.grace, .stopping): return giveUpOn("The core did not end in time.")
        default: return []
        }
    }

    private mutating func giveUpOn(_ reason: String) -> [CoreEffect] {
        if isFound {
            guard state != .unresponsive else { return [] }
            return [.stopListening] + fail(.notOurs, "\(reason) It was not started from here: end it by itself.")
        }
        killedFor = reason
        return [.kill]
    }
}

extension Exit {
    /// "Port 4673 is taken by node (process 4711)."
    fileprivate var isAboutThePort: Bool { message?.hasPrefix("Port ") ?? false }
}

extension Duration {
    /// "60 s"
    var words: String { "\(components.seconds) s" }
}

/// What has become of the core, as the menu bar sees it.
public enum CoreState: Sendable, Equatable {
    case stopped
    case starting
    case running
    /// It lives and says nothing: its heartbeat is missing.
    case unresponsive
    /// Running answers are being finished.
    case stopping
    /// It ended without being asked to; the next start comes by itself.
    case backingOff(attempt: Int, delay: Duration, reason: String)
    /// It stays as it is until somebody does something.
    case failed(Failure)

    /// One word for logs and tests.
    public var name: String {
        switch self {
        case .stopped: "stopped"
        case .starting: "starting"
        case .running: "running"
        case .unresponsive: "unresponsive"
        case .stopping: "stopping"
        case .backingOff: "backing off"
        case .failed: "failed"
        }
    }

    public var isUp: Bool { self == .running || self == .unresponsive }
}

public struct Failure: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// Another program has the port: which one is in the reason.
        case portTaken
        /// Starting again would end the same way: settings, a full disk, a file that is missing.
        case cannotStart
        /// It ended too often.
        case gaveUp(attempts: Int)
        /// A core that was found running does not do what it is asked.
        case notOurs
    }

    public let kind: Kind
    /// In the core's own words where it said any.
    public let reason: String

    public init(kind: Kind, reason: String) {
        self.kind = kind
        self.reason = reason
    }
}

/// How a process ended.
public struct Exit: Sendable, Equatable {
    public let code: Int32
    /// The signal that ended it.
    public let signal: Int32?
    /// The last it said of itself.
    public let message: String?

    public init(code: Int32, signal: Int32? = nil, message: String? = nil) {
        self.code = code
        self.signal = signal
        self.message = message
    }

    /// For people.
    public var reason: String {
        if let message { return message }
        if let signal { return "The core was ended by signal \(signal)." }
        return "The core ended with code \(code)."
    }
}

/// The codes of `core/contract/exit-codes.ts` that change what happens next.
enum ExitCode {
    static let ok: Int32 = 0
    static let usage: Int32 = 64
    static let cannotCreate: Int32 = 73
    static let temporary: Int32 = 75
    static let configuration: Int32 = 78
}

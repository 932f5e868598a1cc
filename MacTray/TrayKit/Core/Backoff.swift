/// How long to wait before the next attempt: doubled each time, up to a cap.
public struct Backoff: Sendable, Equatable {
    public var base: Duration
    public var cap: Duration

    public init(base: Duration = .milliseconds(500), cap: Duration = .seconds(30)) {
        self.base = base
        self.cap = cap
    }

    /// - Parameter attempt: from 1
    public func delay(attempt: Int) -> Duration {
        // 2^20 times any base is beyond any cap; more would overflow.
        min(cap, base * (1 << min(20, max(0, attempt - 1))))
    }
}

import Foundation

/// What is heard of the core on its event stream.
public enum StreamNews: Sendable, Equatable {
    case frame(Frame)
    /// Nothing for as long as heartbeats allow; the connection is kept and read on.
    case silent
    /// The connection is gone; it is being opened again.
    case lost
    /// Nobody listens on the socket.
    case nobodyThere
}

/// Follows the core's event stream until its task is cancelled: opens it again when it breaks, and goes on after the
/// last event that came (`Last-Event-ID`), so that nothing is missed while the core lives.
struct EventReader: Sendable {
    let client: CoreClient
    /// The core tells its heart every five seconds.
    var silence: Duration = .seconds(15)
    var pauses: Backoff = Backoff(base: .milliseconds(100), cap: .seconds(2))

    func run(_ tell: @Sendable (StreamNews) async -> Void) async {
        var lastId: String?
        var failures = 0
        while !Task.isCancelled {
            do {
                try await follow(&lastId, heard: { failures = 0 }, tell)
                await tell(.lost)
            } catch is CancellationError {
                return
            } catch let error as SystemError where error.isNobodyThere {
                await tell(.nobodyThere)
            } catch let error as SystemError where error.isTimeout {
                // Somebody listens and does not even begin an answer.
                await tell(.silent)
            } catch {
                await tell(.lost)
            }
            failures += 1
            try? await Task.sleep(for: pauses.delay(attempt: failures), clock: .suspending)
        }
    }

    private func follow(
        _ lastId: inout String?, heard: () -> Void, _ tell: @Sendable (StreamNews) async -> Void
    ) async throws {
        var headers = ["Accept": "text/event-stream"]
        headers["Last-Event-ID"] = lastId
        let topics = Frame.topics.filter { !$0.hasPrefix("stream.") }.joined(separator: ",")
        let answer = try await client.open(
            "GET", "/api/events?topics=\(topics)", headers: headers, body: nil, timeout: silence)
        guard answer.head.status == 200 else { throw HTTPError.malformed("event stream answered \(answer.head.status)") }
        var parser = EventParser()
        while true {
            let piece: Data?
            do {
                piece = try await answer.next()
            } catch let error as SystemError where error.isTimeout {
                await tell(.silent)
                continue
            }
            guard let piece else { return }
            for event in parser.feed(piece) {
                lastId = event.id ?? lastId
                heard()
                await tell(.frame(try JSONDecoder().decode(Frame.self, from: Data(event.data.utf8))))
            }
        }
    }
}

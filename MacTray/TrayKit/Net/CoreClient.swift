import Foundation

/// The core has answered, and the answer is no.
public struct CoreRefusal: Error, Equatable, CustomStringConvertible {
    public let status: Int
    public let code: String
    public let message: String
    public var description: String { message }
}

/// Calls the core over its Unix socket, one connection a call. (URLSession speaks to no Unix socket on any platform.)
public struct CoreClient: Sendable {
    public let socketPath: String

    public init(socketPath: String) { self.socketPath = socketPath }

    /// - Throws: `CoreRefusal`, `SystemError`, `HTTPError`, `DecodingError`
    public func get<Answer: Decodable>(_ path: String, timeout: Duration = .seconds(10)) async throws -> Answer {
        try await call("GET", path, body: nil, timeout: timeout)
    }

    /// Sends a body and does not read what the answer holds.
    public func send(_ method: String, _ path: String, _ body: some Encodable, timeout: Duration = .seconds(10))
        async throws
    {
        let _: Ignored = try await call(method, path, body: try JSONEncoder().encode(body), timeout: timeout)
    }

    public func post<Answer: Decodable>(_ path: String, timeout: Duration = .seconds(10)) async throws -> Answer {
        try await call("POST", path, body: Data("{}".utf8), timeout: timeout)
    }

    private struct Ignored: Decodable {
        init(from decoder: any Decoder) {}
    }

    private func call<Answer: Decodable>(_ method: String, _ path: String, body: Data?, timeout: Duration) async throws
        -> Answer
    {
        let answer = try await open(method, path, body: body, timeout: timeout)
        var data = Data()
        while let piece = try await answer.next() { data += piece }
        guard (200..<300).contains(answer.head.status) else { throw refusal(answer.head.status, data) }
        return try JSONDecoder().decode(Answer.self, from: data)
    }

    /// The answer with its body still to come.
    func open(_ method: String, _ path: String, headers: [String: String] = [:], body: Data?, timeout: Duration)
        async throws -> OpenAnswer
    {
        let socket = try UnixSocket(path: socketPath, timeout: timeout)
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        try await socket.write(Data((head + "\r\n").utf8) + (body ?? Data()))
        return try await OpenAnswer(socket: socket)
    }

    private func refusal(_ status: Int, _ body: Data) -> CoreRefusal {
        struct Envelope: Decodable {
            struct Problem: Decodable {
                let message: String
                let code: String?
            }
            let error: Problem
        }
        let problem = try? JSONDecoder().decode(Envelope.self, from: body).error
        return CoreRefusal(
            status: status, code: problem?.code ?? "", message: problem?.message ?? "The core answered \(status).")
    }
}

/// An answer that is being read. For one reader.
final class OpenAnswer: @unchecked Sendable {
    let head: ResponseHead
    private let socket: UnixSocket
    private var parser: ResponseParser
    private var first: Data

    fileprivate init(socket: UnixSocket) async throws {
        var parser = ResponseParser()
        var first = Data()
        while parser.head == nil {
            guard let data = try await socket.read() else { throw HTTPError.cut }
            first += try parser.feed(data)
        }
        self.socket = socket
        self.parser = parser
        self.first = first
        head = parser.head!
    }

    /// The next bytes of the body, nil at its end. A timeout (`SystemError.isTimeout`) leaves it as it is: read again.
    func next() async throws -> Data? {
        if !first.isEmpty {
            defer { first = Data() }
            return first
        }
        while !parser.isDone {
            guard let data = try await socket.read() else {
                try parser.end()
                return nil
            }
            let body = try parser.feed(data)
            if !body.isEmpty { return body }
        }
        return nil
    }
}

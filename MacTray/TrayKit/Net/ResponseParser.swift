import Foundation

enum HTTPError: Error, Equatable {
    case malformed(String)
    /// The connection ended before the answer did.
    case cut
}

struct ResponseHead: Equatable, Sendable {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
}

/// Reads one HTTP/1.1 answer from pieces of any size (RFC 9112). Only what our own core sends: no trailers are kept, no
/// folded lines accepted.
struct ResponseParser {
    private enum Place: Equatable {
        case head
        case fixed(left: Int)
        case chunkSize
        case chunk(left: Int)
        case chunkEnd
        case trailers
        case untilClosed
        case done
    }

    private(set) var head: ResponseHead?
    private var place = Place.head
    private var pending = Data()

    /// No answer of the core has a longer line.
    private static let longestLine = 64 * 1024

    var isDone: Bool { place == .done }

    /// Takes bytes as they came and gives back the body's among them.
    /// - Throws: `HTTPError.malformed`
    mutating func feed(_ data: Data) throws -> Data {
        pending += data
        var body = Data()
        while try step(&body) {}
        return body
    }

    /// The connection has ended.
    /// - Throws: `HTTPError.cut` where the answer has not
    mutating func end() throws {
        if place == .untilClosed { place = .done }
        guard isDone else { throw HTTPError.cut }
    }

    /// One step of the state machine; false when it needs more bytes.
    private mutating func step(_ body: inout Data) throws -> Bool {
        switch place {
        case .head:
            return try readHead()
        case .fixed(let left):
            return take(left, into: &body) { $0 == 0 ? .done : .fixed(left: $0) }
        case .chunk(let left):
            return take(left, into: &body) { $0 == 0 ? .chunkEnd : .chunk(left: $0) }
        case .chunkSize:
            guard let line = try nextLine() else { return false }
            let digits = line.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
            guard let size = Int(digits, radix: 16), size >= 0 else {
                throw HTTPError.malformed("chunk size \(line.prefix(40))")
            }
            place = size == 0 ? .trailers : .chunk(left: size)
            return true
        case .chunkEnd:
            guard let line = try nextLine() else { return false }
            guard line.isEmpty else { throw HTTPError.malformed("no line end after a chunk") }
            place = .chunkSize
            return true
        case .trailers:
            guard let line = try nextLine() else { return false }
            if line.isEmpty { place = .done }
            return true
        case .untilClosed:
            body += pending
            pending = Data()
            return false
        case .done:
            return false
        }
    }

    private mutating func readHead() throws -> Bool {
        guard let end = pending.range(of: Data("\r\n\r\n".utf8)) else {
            guard pending.count <= Self.longestLine else { throw HTTPError.malformed("headers without end") }
            return false
        }
        let lines = String(decoding: pending[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        pending = Data(pending[end.upperBound...])
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw HTTPError.malformed("status line \(lines[0].prefix(80))")
        }
        // 100 Continue and 103 Early Hints come before the answer.
        if (100..<200).contains(status) { return true }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw HTTPError.malformed("header without a colon") }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers[line[..<colon].lowercased()] = value
        }
        head = ResponseHead(status: status, headers: headers)
        place = try bodyPlace(status: status, headers: headers)
        return true
    }

    private func bodyPlace(status: Int, headers: [String: String]) throws -> Place {
        if status == 204 || status == 304 { return .done }
        if headers["transfer-encoding"]?.lowercased() == "chunked" { return .chunkSize }
        guard let length = headers["content-length"] else { return .untilClosed }
        guard let left = Int(length), left >= 0 else { throw HTTPError.malformed("content-length \(length.prefix(40))") }
        return left == 0 ? .done : .fixed(left: left)
    }

    private mutating func take(_ left: Int, into body: inout Data, then next: (Int) -> Place) -> Bool {
        guard !pending.isEmpty else { return false }
        let piece = pending.prefix(left)
        body += piece
        pending = Data(pending.dropFirst(piece.count))
        place = next(left - piece.count)
        return true
    }

    /// A line without its end; nil when it has not come in full.
    private mutating func nextLine() throws -> String? {
        guard let end = pending.range(of: Data("\r\n".utf8)) else {
            guard pending.count <= Self.longestLine else { throw HTTPError.malformed("line without end") }
            return nil
        }
        let line = String(decoding: pending[..<end.lowerBound], as: UTF8.self)
        pending = Data(pending[end.upperBound...])
        return line
    }
}

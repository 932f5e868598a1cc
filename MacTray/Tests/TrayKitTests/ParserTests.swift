import Foundation
import Testing

@testable import TrayKit

@Suite struct ParserTests {
    private static let chunked =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"
        + "5\r\nhello\r\n7;x=1\r\n, world\r\n0\r\nTrailer: x\r\n\r\n"

    @Test(arguments: 1...40) func anAnswerInPieces(size: Int) throws {
        var parser = ResponseParser()
        var body = Data()
        var rest = Data(Self.chunked.utf8)
        while !rest.isEmpty {
            body += try parser.feed(Data(rest.prefix(size)))
            rest = Data(rest.dropFirst(size))
        }
        #expect(parser.isDone)
        #expect(String(decoding: body, as: UTF8.self) == "hello, world")
        #expect(parser.head == ResponseHead(status: 200, headers: ["transfer-encoding": "chunked", "x-a": "1"]))
    }

    @Test func lengthsAndEnds() throws {
        var fixed = ResponseParser()
        #expect(try fixed.feed(Data("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd".utf8)) == Data("abc".utf8))
        #expect(fixed.isDone)
        var empty = ResponseParser()
        _ = try empty.feed(Data("HTTP/1.1 204 No Content\r\n\r\n".utf8))
        #expect(empty.isDone)
        var open = ResponseParser()
        _ = try open.feed(Data("HTTP/1.1 200 OK\r\n\r\nab".utf8))
        #expect(!open.isDone)
        try open.end()
        #expect(open.isDone)
        var cut = ResponseParser()
        _ = try cut.feed(Data("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na".utf8))
        #expect(throws: HTTPError.cut) { try cut.end() }
    }

    @Test(arguments: [
        "SSH-2.0-x\r\n\r\n", "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
    ])
    func rubbishIsRefused(text: String) {
        #expect(throws: HTTPError.self) {
            var parser = ResponseParser()
            _ = try parser.feed(Data(text.utf8))
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r"]) func eventsByteByByte(newline: String) {
        var parser = EventParser()
        let text = ": hi\nid: 7\ndata: 1\ndata:2\nretry: 3\n\ndata: ünï\n\n\nid: 8\n\n"
            .replacingOccurrences(of: "\n", with: newline)
        let events = text.utf8.flatMap { parser.feed(Data([$0])) }
        #expect(events == [ServerEvent(id: "7", data: "1\n2"), ServerEvent(id: "7", data: "ünï")])
    }

    @Test func framesAreReadByTheirTopic() throws {
        func frame(_ topic: String, _ data: String) throws -> Fact {
            let text = #"{"epoch":"e","seq":1,"time":2,"topic":"\#(topic)","data":\#(data)}"#
            return try JSONDecoder().decode(Frame.self, from: Data(text.utf8)).fact
        }
        #expect(try frame("core.changed", #"{"state":"draining","activeRequests":1,"new":[]}"#)
            == .coreChanged(CoreChanged(state: .draining, activeRequests: 1)))
        // A word that a newer core has.
        #expect(try frame("core.changed", #"{"state":"dreaming","activeRequests":0}"#)
            == .coreChanged(CoreChanged(state: CoreChanged.State(rawValue: "dreaming"), activeRequests: 0)))
        #expect(try frame("audit.recorded", #"{"event":"x"}"#) == .other(topic: "audit.recorded"))
    }

    @Test func whatIsNotKnownIsSentAsNull() throws {
        let data = try JSONEncoder().encode(HostFacts(chip: "x", asleep: true))
        let values = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        #expect(values?["chip"] as? String == "x" && values?["gpu"] is NSNull && values?.count == 7)
    }

    @Test(arguments: [
        (#"{"error":{"message":"Port 1 is taken.","code":"temporary"}}"#, "Port 1 is taken."),
        ("noise\n{\"error\":{\"message\":\"why\"}}\n(node:1) a warning\n", "why"), ("one\ntwo\n\n", "two"),
    ])
    func theLastWordsOfACore(complaint: String, message: String) {
        #expect(Exit.message(in: complaint) == message)
    }

    @Test func silenceHasNoWords() {
        #expect(Exit.message(in: "\n \n") == nil)
        #expect(Exit(status: 9, complaint: "").reason == "The core was ended by signal 9.")
        #expect(Exit(status: 3 << 8, complaint: "").reason == "The core ended with code 3.")
    }
}

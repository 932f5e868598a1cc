import Foundation
import Testing

@testable import TrayKit

@Suite struct DestinationTests {
    @Test(arguments: [
        ("127.0.0.1", true), ("::1", true), ("localhost", false), ("127.0.0.1.evil.com", false), (nil, false),
    ])
    func onlyNumbersAreSurelyThisMachine(host: String?, isHere: Bool) {
        #expect(Destination.isThisMachine(host) == isHere)
    }

    @Test(arguments: [
        ("http://127.0.0.1:4673/#chat", false, Destination.window), ("http://127.0.0.1:4673/x", true, .downloads),
        ("http://127.0.0.1:4674/", false, .browser), ("https://127.0.0.1:4673/", false, .browser),
        ("http://127.0.0.1.evil.com:4673/", false, .browser), ("https://example.org/", true, .browser),
        ("mailto:a@example.org", false, .browser), ("blob:http://127.0.0.1:4673/1", true, .downloads),
        ("blob:http://127.0.0.1:4673/1", false, .nowhere), ("file:///etc/passwd", false, .nowhere),
        ("javascript:alert(1)", false, .nowhere), ("impetus://x", true, .nowhere),
    ])
    func theWindowShowsTheCoreAlone(link: String, isDownload: Bool, destination: Destination) throws {
        let url = try #require(URL(string: link))
        let origin = URL(string: "http://127.0.0.1:4673/#code=x&page=home")
        #expect(Destination(of: url, from: origin, isDownload: isDownload) == destination)
        if destination == .window { #expect(Destination(of: url, from: nil, isDownload: false) == .browser) }
    }
}

import Foundation

/// Where a link in the dashboard's window leads. The window shows the core's own page and nothing else.
public enum Destination: Sendable, Equatable {
    case window, downloads, browser, nowhere

    /// A name that leads nowhere but here.
    public static func isThisMachine(_ host: String?) -> Bool { ["127.0.0.1", "::1", "[::1]"].contains(host) }

    /// - Parameters:
    ///   - origin: the page in the window; its scheme, host and port count
    ///   - isDownload: the page asks for a file to be saved
    public init(of url: URL, from origin: URL?, isDownload: Bool) {
        let isOwn = origin != nil && url.scheme == origin?.scheme && url.host == origin?.host && url.port == origin?.port
        switch url.scheme {
        case _ where isOwn: self = isDownload ? .downloads : .window
        // What a page makes itself, to be saved.
        case "blob" where isDownload: self = .downloads
        case "http", "https", "mailto": self = .browser
        default: self = .nowhere
        }
    }
}

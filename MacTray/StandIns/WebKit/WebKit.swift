// Stand-ins for type checks on Linux. See README.md in MacTray/StandIns.
@_exported import AppKit

public final class SecTrust: @unchecked Sendable {}
extension URLProtectionSpace {
    public var serverTrust: SecTrust? { nil }
}
extension URLCredential {
    public convenience init(trust: SecTrust) { self.init(user: "", password: "", persistence: .none) }
}

@MainActor open class WKWebsiteDataStore: NSObject {
    public convenience init(forIdentifier: UUID) { self.init() }
}
@MainActor open class WKWebViewConfiguration: NSObject {
    open var websiteDataStore = WKWebsiteDataStore()
}
@MainActor open class WKNavigation: NSObject {}
@MainActor open class WKNavigationAction: NSObject {
    open var request: URLRequest { fatalError() }
    open var shouldPerformDownload: Bool { false }
}
@MainActor open class WKNavigationResponse: NSObject {
    open var canShowMIMEType: Bool { false }
}
@MainActor open class WKWindowFeatures: NSObject {}
@MainActor open class WKDownload: NSObject {
    weak open var delegate: (any WKDownloadDelegate)?
}
public enum WKNavigationActionPolicy: Int, Sendable { case cancel, allow, download }
public enum WKNavigationResponsePolicy: Int, Sendable { case cancel, allow, download }

@MainActor public protocol WKNavigationDelegate: NSObjectProtocol {
    func webView(_ webView: WKWebView, decidePolicyFor action: WKNavigationAction) async -> WKNavigationActionPolicy
    func webView(_ webView: WKWebView, decidePolicyFor response: WKNavigationResponse) async
        -> WKNavigationResponsePolicy
    func webView(_ webView: WKWebView, respondTo challenge: URLAuthenticationChallenge) async
        -> (URLSession.AuthChallengeDisposition, URLCredential?)
    func webView(_ webView: WKWebView, didFinish navigation: WKNavigation!)
    func webView(_ webView: WKWebView, didFailProvisionalNavigation navigation: WKNavigation!, withError error: any Error)
    func webViewWebContentProcessDidTerminate(_ webView: WKWebView)
    func webView(_ webView: WKWebView, navigationAction: WKNavigationAction, didBecome download: WKDownload)
    func webView(_ webView: WKWebView, navigationResponse: WKNavigationResponse, didBecome download: WKDownload)
}
@MainActor public protocol WKUIDelegate: NSObjectProtocol {
    func webView(
        _ webView: WKWebView, createWebViewWith configuration: WKWebViewConfiguration, for action: WKNavigationAction,
        windowFeatures: WKWindowFeatures
    ) -> WKWebView?
}
@MainActor public protocol WKDownloadDelegate: NSObjectProtocol {
    func download(_ download: WKDownload, decideDestinationUsing response: URLResponse, suggestedFilename: String) async
        -> URL?
}
@MainActor open class WKWebView: NSView {
    public init(frame: CGRect, configuration: WKWebViewConfiguration) { super.init(frame: frame) }
    weak open var navigationDelegate: (any WKNavigationDelegate)?
    weak open var uiDelegate: (any WKUIDelegate)?
    open var allowsBackForwardNavigationGestures = true
    open var allowsMagnification = false
    open var pageZoom: CGFloat = 1
    @discardableResult open func reload() -> WKNavigation? { nil }
    @discardableResult open func load(_ request: URLRequest) -> WKNavigation? { nil }
}

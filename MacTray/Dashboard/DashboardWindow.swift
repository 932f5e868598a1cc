import AppKit
import TrayKit
import WebKit

/// The dashboard in a window of its own: the core's page, signed in over the socket, and nothing else.
@MainActor
public final class DashboardWindow: NSObject, WKNavigationDelegate, WKUIDelegate, WKDownloadDelegate, NSWindowDelegate {
    private let client: CoreClient
    private let words: Words
    private let models: URL
    /// Apart from what any browser keeps.
    private static let store = UUID(uuidString: "6F0C2B9D-7A55-4B7E-9A0E-1D5C3B2A4673")!
    private var window: NSWindow?
    private var view: DashboardView?
    private let message = NSTextField(wrappingLabelWithString: "")
    private var page = "home"
    private var origin: URL?
    private var isWanted = false
    private var isUp = false
    private var label = ""

    public init(client: CoreClient, words: Words, home: Home) {
        (self.client, self.words) = (client, words)
        models = URL(fileURLWithPath: home.models)
    }

    public func show(_ page: String) {
        self.page = page
        isWanted = true
        if window == nil { make() }
        NSApplication.shared.setActivationPolicy(.regular)
        NSApplication.shared.activate(ignoringOtherApps: true)
        window?.makeKeyAndOrderFront(nil)
        origin = nil
        load()
    }

    /// - Parameter label: what to say while there is no core
    public func coreChanged(isUp: Bool, label: String) {
        (self.isUp, self.label) = (isUp, label)
        load()
    }

    /// Loads the page once there is a core to load it from, and says natively why there is none.
    private func load() {
        guard isWanted, let view else { return }
        guard isUp else {
            origin = nil
            return say(label)
        }
        guard origin == nil else { return }
        origin = URL(string: "about:blank")
        Task {
            do {
                let link = try await client.dashboard(page)
                guard let url = URL(string: link) else { throw URLError(.badURL) }
                origin = url
                view.load(URLRequest(url: url))
            } catch {
                origin = nil
                say("\(words(.dashboardFailed)) \(error)")
            }
        }
    }

    private func say(_ text: String) {
        message.stringValue = text
        message.isHidden = text.isEmpty
        view?.isHidden = !text.isEmpty
    }

    private func make() {
        let configuration = WKWebViewConfiguration()
        configuration.websiteDataStore = WKWebsiteDataStore(forIdentifier: Self.store)
        let view = DashboardView(frame: NSRect(x: 0, y: 0, width: 1200, height: 800), configuration: configuration)
        view.models = models
        (view.navigationDelegate, view.uiDelegate) = (self, self)
        view.allowsBackForwardNavigationGestures = false
        view.allowsMagnification = true
        view.autoresizingMask = [.width, .height]
        message.frame = NSRect(x: 40, y: 360, width: 1120, height: 80)
        message.alignment = .center
        message.autoresizingMask = [.width, .minYMargin, .maxYMargin]
        let content = NSView(frame: view.frame)
        content.addSubview(view)
        content.addSubview(message)
        let window = NSWindow(
            contentRect: view.frame, styleMask: [.titled, .closable, .miniaturizable, .resizable], backing: .buffered,
            defer: false)
        window.title = "Impetus"
        window.isReleasedWhenClosed = false
        window.contentView = content
        window.delegate = self
        window.setFrameAutosaveName("dashboard")
        (self.view, self.window) = (view, window)
    }

    public func windowWillClose(_ notification: Notification) {
        isWanted = false
        NSApplication.shared.setActivationPolicy(.accessory)
    }

    /// Only the core's own address stays in the window; links elsewhere open in the browser.
    public func webView(_ webView: WKWebView, decidePolicyFor action: WKNavigationAction) async -> WKNavigationActionPolicy {
        guard let url = action.request.url else { return .cancel }
        switch Destination(of: url, from: origin, isDownload: action.shouldPerformDownload) {
        case .window: return .allow
        case .downloads: return .download
        case .browser: NSWorkspace.shared.open(url)
        case .nowhere: break
        }
        return .cancel
    }

    public func webView(_ webView: WKWebView, decidePolicyFor response: WKNavigationResponse) async
        -> WKNavigationResponsePolicy
    { response.canShowMIMEType ? .allow : .download }

    /// With TLS in the settings: the certificate may be one that only its owner knows, and the address came over the socket.
    public func webView(_ webView: WKWebView, respondTo challenge: URLAuthenticationChallenge) async
        -> (URLSession.AuthChallengeDisposition, URLCredential?)
    {
        guard challenge.protectionSpace.host == origin?.host, Destination.isThisMachine(origin?.host),
            let trust = challenge.protectionSpace.serverTrust
        else { return (.performDefaultHandling, nil) }
        return (.useCredential, URLCredential(trust: trust))
    }

    public func webView(
        _ webView: WKWebView, createWebViewWith configuration: WKWebViewConfiguration, for action: WKNavigationAction,
        windowFeatures: WKWindowFeatures
    ) -> WKWebView? {
        if let url = action.request.url, Destination(of: url, from: nil, isDownload: false) == .browser {
            NSWorkspace.shared.open(url)
        }
        return nil
    }

    public func webView(_ webView: WKWebView, didFinish navigation: WKNavigation!) { say("") }

    public func webView(_ webView: WKWebView, didFailProvisionalNavigation navigation: WKNavigation!, withError error: any Error) {
        say("\(words(.dashboardFailed)) \(error.localizedDescription)")
    }

    // Ended under memory pressure or in sleep: it would leave a blank page.
    public func webViewWebContentProcessDidTerminate(_ webView: WKWebView) { show(page) }

    public func webView(_ webView: WKWebView, navigationAction: WKNavigationAction, didBecome download: WKDownload) {
        download.delegate = self
    }

    public func webView(_ webView: WKWebView, navigationResponse: WKNavigationResponse, didBecome download: WKDownload) {
        download.delegate = self
    }

    public func download(_ download: WKDownload, decideDestinationUsing response: URLResponse, suggestedFilename: String) async
        -> URL?
    {
        let folder = FileManager.default.urls(for: .downloadsDirectory, in: .userDomainMask).first
        return folder.map { FreeName.find(suggestedFilename, in: $0) }
    }
}

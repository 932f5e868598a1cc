import AppKit
import TrayKit
import WebKit

/// Takes model files that are dropped on it into the models folder (on the same disk that copies nothing).
final class DashboardView: WKWebView {
    /// The models folder.
    var models: URL?

    private func dropped(_ info: any NSDraggingInfo) -> [URL] {
        let urls = info.draggingPasteboard.readObjects(forClasses: [NSURL.self], options: nil) as? [URL] ?? []
        return urls.filter { $0.pathExtension.lowercased() == "gguf" }
    }

    override func performDragOperation(_ info: any NSDraggingInfo) -> Bool {
        let files = dropped(info)
        guard let folder = models, !files.isEmpty else { return super.performDragOperation(info) }
        Task.detached {
            for file in files {
                try? FileManager.default.copyItem(at: file, to: FreeName.find(file.lastPathComponent, in: folder))
            }
        }
        return true
    }

    override func performKeyEquivalent(with event: NSEvent) -> Bool {
        guard event.modifierFlags.contains(.command) else { return super.performKeyEquivalent(with: event) }
        switch event.charactersIgnoringModifiers {
        case "+", "=": pageZoom = min(3, pageZoom * 1.1)
        case "-": pageZoom = max(0.5, pageZoom / 1.1)
        case "0": pageZoom = 1
        case "r": reload()
        default: return super.performKeyEquivalent(with: event)
        }
        return true
    }
}

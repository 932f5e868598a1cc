import SwiftUI
import TrayKit

// The menu bar item is the only scene: the dashboard's window is AppKit's, because it outlives and precedes the menu.
@main
struct ImpetusApp: App {
    @NSApplicationDelegateAdaptor(AppDelegate.self) private var delegate
    @State private var model = AppModel.shared

    var body: some Scene {
        MenuBarExtra {
            MenuRows(items: model.menu.items)
        } label: {
            Image(systemName: model.menu.icon.symbol).accessibilityLabel(model.menu.label)
        }
        .menuBarExtraStyle(.menu)
    }
}

struct MenuRows: View {
    let items: [MenuItem]

    var body: some View {
        ForEach(Array(items.enumerated()), id: \.offset) { _, item in MenuRow(item: item) }
    }
}

struct MenuRow: View {
    let item: MenuItem

    var body: some View {
        switch item {
        case .text(let text): Text(text)
        case .separator: Divider()
        case .button(let title, let action, let key, let isEnabled):
            let button = Button(title) { AppModel.shared.perform(action) }.disabled(!isEnabled)
            if let key { button.keyboardShortcut(KeyEquivalent(key)) } else { button }
        case .toggle(let title, let isOn, let action):
            Toggle(title, isOn: Binding(get: { isOn }, set: { @MainActor _ in AppModel.shared.perform(action) }))
        case .submenu(let title, let items): SwiftUI.Menu(title) { MenuRows(items: items) }
        }
    }
}

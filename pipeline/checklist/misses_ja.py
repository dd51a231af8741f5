"""What the rules do not see, in Japanese, for the list in docs/checklist.md (pure)."""

from typing import Final

#: By the id of every rule whose docstring has a paragraph `Misses: …`.
MISSES_JA: Final = {
    "recipients/suppression": "リストに漏れがないか、最新かどうか。",
    "recipients/consent": "日付が正しいか、何に同意したか。",
    "recipients/contacts-in-git": (
        "先頭4MBより後、Parquet、日本語ドメインのアドレス、policy.yamlにない名簿、gitの履歴にだけあるもの。"
    ),
    "recipients/frequency-cap": "予定だけでまだ配信していないもの。別の名簿でIDが違う同じ人。",
    "recipients/overlap": "別の名簿でIDが違う同じ人。マージ時に配信するものの日付。",
    "recipients/same-mail": (
        "1文字でも違う写し、フォルダーが削除されたキャンペーンの写し、同じ人がいる別のセグメント。"
    ),
    "recipients/test-rows": "他人のアドレスが入った「山田太郎」(実在する名前のため)。",
    "recipients/domain-typo": "会社や小さなプロバイダーのドメインの誤字。2か所以上の誤字。",
    "settings/holiday": "会社の休業日、祝日ではない年末年始、日本以外の祝日。",
    "settings/fits-rate": "配信の遅いドメイン(`pace`)、SESの1日の上限、factsにない終了時刻。",
    "settings/collision": "マージ時に配信するもの、同じSESアカウントを使うほかの配信元。",
    "wording/style-mix": "句点のない常体の文(見出しに見えるため)。各パートの2,000文より後。",
    "wording/weekday": (
        "画像の中の日付、日付と別の文にある曜日、括弧付きの曜日がない12/1、"
        "月が一度しか書かれていない日付の列挙。"
    ),
    "wording/impossible-date": (
        "点で区切った番号(2026.13.1)は版番号とみなします。英文の31を超える数は数量とみなします。"
    ),
    "wording/holiday-mark": "「祝」のない祝日。「休」(店の休業日にも使うため)。",
    "wording/past-date": "言葉で書かれた日付(先週の金曜日など)、配信当日の過ぎた時刻。",
    "wording/range-order": "同じ日の時刻の範囲、表の中で離れている開始日と終了日。",
    "wording/facts": "漢字の金額(五千円)、factsのどれとも大きく違う価格、時刻、画像。",
    "wording/parts-agree": "言葉だけで書かれた内容、時刻、画像の中の文字。",
    "wording/placeholder": (
        "1つだけの○や×(回答にも使うため)、行頭の■(見出しに使うため)、文中の「仮」、空白で作った空欄。"
    ),
    "wording/dropped-ra": "ひらがなだけの動詞(みれる)、解析器が知らない形(信じれる)。",
    "wording/mixed-width": "1桁の全角数字、単独で使われる全角英字、％や：などの記号。",
    "wording/brackets": 'まっすぐな引用符(")とアポストロフィ、段落をまたぐ括弧。',
    "wording/repeated-word": "読点を挟む繰り返し、正しい言葉にも現れる「のの」「もも」、続けて使える言葉。",
    "wording/long-kanji": "長いカタカナ語、長い文。",
    "wording/doubled-honorific": "名簿の名前に含まれる敬称(data/name-has-honorificが確認します)。",
    "wording/terms": "用語集にない活用形、改行やタグで分かれた言葉。",
    "wording/subject-length": "受信箱ごとの表示幅。スマートフォンでは半分ほどしか表示されません。",
    "wording/subject-emoji": "★や♪などの記号(どの日本語フォントにもあるため)。",
    "wording/invisible-characters": "幅の違う空白、ほかの文字体系の似た文字、端末にフォントがない文字。",
    "display/url-unresolved": "空の値(`?id=`)。意図して書くこともあるためです。",
    "display/url-text-mismatch": "長い文の中のURL、画像の中のURL。",
    "display/url-glued": "HTMLでリンクになっていないURL。半角括弧の後に日本語が続くもの。",
    "display/url-staging-host": "独自の名前のテスト環境、公開サーバーにあるテストページ。",
    "display/url-near-miss": "5文字未満の名前、example-sale.jpのように言葉を足したもの。",
    "display/url-homograph": "互いに似ている英字(rnとm、1とl)。",
    "display/url-shortener": "一覧にない短縮URLサービス。",
    "display/link-alive": (
        "正常と答えながらエラーを表示するページ(titleを指定してください)、ログインが必要なページ、"
        "個人ごとのリンク先。"
    ),
    "display/utm": "すべて前回のままになっているキャンペーン名。",
    "display/html-size": "クリック計測で増える分、見本より長い実際の値。",
    "display/line-length": "HTML(常にエンコードされるため)。",
    "display/image-host": "画像が実際にあるか(`postmerge preview`はフォルダーの同名ファイルを表示します)。",
    "display/html-valid": (
        "共有部品。ifの分岐で開き、別の分岐で閉じるタグ(確認しません)。閉じなくてもよいタグ(`</p>`など)。"
        "MJMLでは、閉じる順序の違いと、リンクの中のリンク。"
    ),
    "display/script-or-form": "Outlookだけが読むコメントの中。",
    "display/client-support": (
        "試していないYahoo!メールとドコモ・au・ソフトバンク、部分的な対応、@mediaの中だけのスタイル。"
        "Outlook用のコメントの間は、ほかのソフトにも見えるため指摘します。"
    ),
    "display/contrast": (
        "画像やグラデーションの上の文字、メールソフトが決める色、ダークモード。"
        "`postmerge preview`がブラウザーで測ります。"
    ),
    "display/tiny-or-hidden-text": (
        "背景と同じ色の文字(display/contrastが確認します)、重なりの下や画面の外の文字。"
    ),
    "display/horizontal-overflow": "800ピクセルと375ピクセル以外の幅のメールソフト。",
    "display/image-loads": "Web上のそのURLに画像があるか。",
    "display/contrast-on-screen": "画像の上の文字。",
    "display/unreached-branch": "データにはないが、ありうる値。",
    "system/undefined-variable": "どの架空の受信者も通らない分岐の中の名前。",
    "system/renders-for-every-persona": (
        "架空の7名にない値だけで起こる失敗。配信時に、その1通だけを送信しません。"
    ),
    "system/tracking-on": "設定セットの設定内容(`postmerge doctor`が確認します)。",
    "system/sender-aligned": (
        "SPF・DKIM・DMARCのレコード(`postmerge doctor`が確認します)。表にない国の第2レベルドメイン。"
    ),
    "system/reply-to": "受信箱があるか、誰かが読んでいるか。",
    "system/attachment": (
        "PDF・画像・Wordの中身、氏名などの見出しがない名前、1,000行より後。"
        "パスワード付きのファイルは確認できないため、不合格になります。"
    ),
    "system/size-total": "受信者のサーバーの実際の上限。",
    "system/test-send": "誰かが確認したかどうか。",
    "data/swapped-names": (
        "カタカナやローマ字の名前、姓にも名にも多い名前(光、泉)。"
        "列全体は3種類以上の名前から、1行だけのものは両方が既知の場合に限ります。"
    ),
    "data/phone-in-name": "市外局番のない番号など、9桁未満の数字。",
    "data/address-in-name": "都道府県・郵便番号・番地・丁目のない住所。",
    "data/name-empty": "名前を表示する場所が、本当にifで囲まれているか。",
    "data/name-has-honorific": "空白のない「君」「氏」「殿」、かなの後の「さん」(名前の一部にもなるため)。",
    "data/column-shift": "値の形が似ている列の間のずれ(2つの数値など)。",
    "data/mojibake": "?に置き換わった文字、途中で切れたShift_JIS。",
    "data/constant-column": "20名未満の配信先。",
    "legal/sender-named": "依頼元が別にある場合に、その名称かどうか。",
    "legal/postal-address": (
        "手で書いた住所が正しいか。日本の規則ではリンク先のページに書くこともできますが、"
        "米国の法律に合わせ、メールの中に求めます。"
    ),
    "legal/opt-out": "文が分かりやすいか、一覧にない停止の言い方。",
    "legal/contact": "誰かが回答するかどうか。",
    "legal/consent-record": "どのように同意を得たか、記録が正しいか。",
    "legal/one-click": "POSTで実際に配信停止されるか、DKIMがヘッダーを含むか(運用担当者が確認します)。",
    "legal/honest-sender": "他社の名前。",
    "legal/honest-subject": "そのほかの誤解を招く書き方。",
}

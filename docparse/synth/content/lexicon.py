"""Words that Faker has no list of, and the set phrases of documents in every language."""

from __future__ import annotations

# of one language each, separated by blanks
PORTUGUESE = """\
a ainda alguns ano antes apenas aqui assim através bem cada caminho casa cidade coisa com começo como conselho
construção cultura dados dentro depois descoberta dia direção durante economia educação eles então escola espaço
estação estudo exemplo família forma função futuro geração grande história hoje homem hora idade imagem
importante informação investigação já jornal lado lei leitura língua linha livro lugar maior mais manhã mar
medida melhor memória mesmo mundo música muito não natureza nova obra oficina olhar onde opinião ordem país
palavra papel parte pergunta pesquisa pessoa ponte população porque povo primeira processo produção projeto
qualidade quando questão razão região relação resultado rio saúde século semana sempre sistema sobre sociedade
solução também tarde técnica tempo terra texto trabalho último universidade valor vez viagem vida vontade água
árvore órgão êxito coração maçã três avó pão mãos estações"""
KOREAN = """\
가을 가족 강물 거리 건강 건물 결과 경제 계획 고향 공원 과학 관계 교육 구름 국가 그림 기록 기술 기억 길 나무 날씨
내용 노래 농업 높은 눈 다리 달력 대학 도서관 도시 도움 독서 동네 들판 때문에 마을 마음 말씀 매우 모든 목적 문제
문화 물건 바다 바람 발전 방법 배움 변화 보고서 봄날 부분 분석 비교 빠르게 사람 사회 산업 새로운 생각 생활 서울
선생님 설명 세계 소리 손님 수업 숲속 시간 시장 식물 신문 실험 아침 안전 약속 언어 여름 여행 역사 연구 열차 영향
예술 오늘 온도 우리 운동 원인 음식 음악 의견 이야기 이유 인구 일상 자료 자연 작은 장소 전통 정보 정책 조사 종이
중요한 지역 집중 차이 창문 책상 천천히 친구 커다란 태양 통계 특히 평가 풍경 하늘 학교 학생 한국 함께 해결 행복 현재
호수 환경 활동 회사 효과 흐름"""
WORDS = {"pt": PORTUGUESE, "ko": KOREAN}

# table, figure, abstract, contents, page, name, date, signature, note, total
PHRASES = {
    "en": "Table Figure Abstract Contents Page Name Date Signature Note Total",
    "de": "Tabelle Abbildung Zusammenfassung Inhalt Seite Name Datum Unterschrift Hinweis Summe",
    "fr": "Tableau Figure Résumé Sommaire Page Nom Date Signature Remarque Total",
    "es": "Tabla Figura Resumen Índice Página Nombre Fecha Firma Nota Total",
    "it": "Tabella Figura Sommario Indice Pagina Nome Data Firma Nota Totale",
    "pt": "Tabela Figura Resumo Índice Página Nome Data Assinatura Nota Total",
    "ru": "Таблица Рисунок Аннотация Содержание Страница Имя Дата Подпись Примечание Итого",
    "vi": "Bảng Hình Tóm_tắt Mục_lục Trang Tên Ngày Chữ_ký Ghi_chú Tổng",
    "ar": "جدول شكل ملخص المحتويات صفحة الاسم التاريخ التوقيع ملاحظة المجموع",
    "zh": "表 图 摘要 目录 页 姓名 日期 签名 备注 合计",
    "ja": "表 図 要旨 目次 ページ 氏名 日付 署名 備考 合計",
    "ko": "표 그림 초록 차례 쪽 이름 날짜 서명 비고 합계",
}
_KEYS = ("table", "figure", "abstract", "contents", "page", "name", "date", "signature", "note", "total")


def phrase(language: str, key: str) -> str:
    """A set phrase ("table", "figure", …) in that language."""
    return PHRASES[language].split()[_KEYS.index(key)].replace("_", " ")
